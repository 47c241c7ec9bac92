"""What the auditor sees: the books, the anchors of the journals, and who looked at whom."""
