"""The components as a plugin in source form: `pulumi package add <this repository>/components`."""

from eks_access.provider import main

main()
