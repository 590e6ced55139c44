"""How to talk at all: what every contract shares, whatever its vendor's words."""
