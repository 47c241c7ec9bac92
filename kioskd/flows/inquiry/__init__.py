"""Home page 业务查询: what the centre knows about the visitor."""
