// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Two things of the Raspberry Pi's firmware that Raspberry Pi's own kernel offers and Debian's does not:
 * one trial boot of the other slot (`reboot '0 tryboot'` makes the firmware read tryboot.txt once), and
 * what the firmware measured of power and heat (/sys/module/kiosk_pi/parameters/throttled).
 */
#define pr_fmt(text) KBUILD_MODNAME ": " text

#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

#define GET_THROTTLED 0x00030046
#define SET_REBOOT_FLAGS 0x00038064
#define FLAG_TRYBOOT 1

static struct rpi_firmware *firmware;

static int on_reboot(struct notifier_block *block, unsigned long action, void *command)
{
	u32 flags = FLAG_TRYBOOT;
	int error;

	if (action != SYS_RESTART || !command || !strstr(command, " tryboot"))
		return NOTIFY_DONE;
	error = rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags));
	if (error)
		pr_err("no trial boot, the firmware refused (%d): the same slot starts\n", error);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_reboot };

/* Bits 0-3: under-voltage, capped, throttled, soft limit now; bits 16-19: the same since the start. */
static int throttled(char *text, const struct kernel_param *parameter)
{
	u32 bits = 0;
	int error;

	if (!firmware)
		return -ENODEV;
	error = rpi_firmware_property(firmware, GET_THROTTLED, &bits, sizeof(bits));
	return error ? error : sysfs_emit(text, "0x%x\n", bits);
}

static const struct kernel_param_ops only_read = { .get = throttled };
module_param_cb(throttled, &only_read, NULL, 0444);

static int __init kiosk_pi_init(void)
{
	struct device_node *node;

	node = of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");
	firmware = node ? rpi_firmware_get(node) : NULL;
	of_node_put(node);
	if (!firmware)
		return -ENODEV;
	return register_reboot_notifier(&notifier);
}
module_init(kiosk_pi_init);

static void __exit kiosk_pi_exit(void)
{
	unregister_reboot_notifier(&notifier);
	rpi_firmware_put(firmware);
}
module_exit(kiosk_pi_exit);

/* By this name udev loads the module on a Raspberry Pi, and nowhere else. */
static const struct of_device_id boards[] = {
	{ .compatible = "raspberrypi,bcm2835-firmware" },
	{ }
};
MODULE_DEVICE_TABLE(of, boards);
MODULE_DESCRIPTION("Trial boot and power warnings of the Raspberry Pi's firmware");
MODULE_LICENSE("Dual MIT/GPL");
