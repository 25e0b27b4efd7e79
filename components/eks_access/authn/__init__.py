"""Who a principal is in Kubernetes: aws-auth and access entries as formats. Pure."""
