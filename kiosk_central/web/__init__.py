"""What staff see in a browser: log-in, roles, pages and their looks."""
