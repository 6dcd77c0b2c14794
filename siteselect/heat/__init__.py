"""Heat: what a pod gives off, what a sink can take, and what meets in time."""
