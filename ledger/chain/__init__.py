"""The door to the chain: the only package that talks to a node.

Evidence is read over plain JSON-RPC with every answer checked (`rpc`, `client`, `history`); web3 makes and reads
contract calls for those who write (`contracts`, `governance`, `deploy`). `local` and `engine` run a chain on this
machine.
"""
