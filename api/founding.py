"""Founding a ledger: contracts on chain, the log's key, and the trust file that readers get from the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.console import write_file
from api.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.config import LocalChainConfig
    from ledger.chain.deploy import Deployment
    from ledger.trust import TrustFile


def found_ledger(settings: Settings, config: LocalChainConfig, url: str) -> Deployment:
    """Deploys both contracts with the development accounts, makes the log's key and writes the records of both.

    Order: the deployment's record last, so that a founding cut short is begun again.
    """
    from ledger.chain.client import connect
    from ledger.chain.deploy import deploy
    from ledger.checkpoint import SignerKey
    from ledger.store.crypto import create_master_key

    keys = config.accounts.keys
    registrars = [keys[role] for role in config.accounts.registrars]
    with connect(url, chain_id=config.chain_id, genesis=None, contracts={}) as client:
        operator = config.accounts.address("operator")
        deployment, _ = deploy(client, keys["deployer"], registrars, [operator], config.rules())
    if not settings.master_key.is_file():
        create_master_key(settings.master_key)
    signer = SignerKey.generate(config.contracts.origin)
    write_file(settings.log_key, signer.to_text().encode(), secret=True, replace=True)
    trust = trust_of(deployment, config, signer.verifier.to_text())
    write_file(settings.trust, trust.to_bytes(), replace=True)
    write_file(settings.deployment, deployment.model_dump_json(indent=1).encode(), replace=True)
    return deployment


def trust_of(deployment: Deployment, config: LocalChainConfig, log_key: str) -> TrustFile:
    """What a reader must trust of a deployment; readers get it from the operator by a way of their own."""
    from ledger.trust import TrustedContract, TrustFile

    registry, log = deployment.registry, deployment.log
    return TrustFile(
        operator=config.contracts.origin,
        chain_id=deployment.chain_id,
        genesis=deployment.genesis,
        registry=TrustedContract(address=registry.address, code_hash=registry.code_hash),
        log=TrustedContract(address=log.address, code_hash=log.code_hash),
        first_block=deployment.first_block,
        max_merge_delay=config.contracts.max_merge_delay_blocks,
        origin=config.contracts.origin,
        log_key=log_key,
    )
