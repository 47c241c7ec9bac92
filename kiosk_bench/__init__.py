"""The workbench: every device behind its real wire, a city, faults and stories."""
