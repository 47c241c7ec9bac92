"""Who a kiosk is: the private CA, one-time codes, certificates, and TLS (docs/trust.md)."""
