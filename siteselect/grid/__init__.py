"""The electricity connection in pure form: capacity, kind of connection, cost, time, security."""
