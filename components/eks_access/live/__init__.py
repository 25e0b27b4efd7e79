"""The only code that talks to AWS and Kubernetes outside a Pulumi run."""
