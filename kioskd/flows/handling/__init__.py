"""Home page 业务办理: what the visitor can do."""
