"""IAM as plain data: partitions, ARNs, trust and permission documents. Pure."""
