"""From one text file on the card's FAT partition to a kiosk that the centre knows, and back.

Run as root before the kiosk, at every boot. Knows files, partitions and the configuration; no
screens, no devices, no payments but whether the journal has been told to the centre.
"""
