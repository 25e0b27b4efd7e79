"""RBAC objects as Kubernetes writes them. Pure."""
