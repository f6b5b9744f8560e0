"""Which chart it is: versions that come near, publishers told apart, and how a person gets the right one."""
