"""Sizing a pod for its workload, with every step shown: one file for each thing to be sized."""
