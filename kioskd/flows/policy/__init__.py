"""Home page 政策咨询: rules and guides."""
