"""Strangers for fedi to meet: servers of other projects, and the TLS proxy between them."""
