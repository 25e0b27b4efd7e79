"""The parts of the EKS API whose effect people come to see: clusters, access entries, access policies, node groups."""
