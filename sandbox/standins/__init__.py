"""Stand-ins for the provider plugins that a machine may lack: `aws`, `kubernetes` and `eks`.

The engine attaches to them over gRPC (`PULUMI_DEBUG_PROVIDERS`), so that programs run unchanged. A plugin that is
installed is preferred unless one is told otherwise: see `sandbox.plugins`.
"""
