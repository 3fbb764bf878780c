"""fedi and servers of other projects, talking over real sockets."""
