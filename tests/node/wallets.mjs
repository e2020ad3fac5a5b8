// Signs and hashes typed data with other people's libraries. Reads one JSON request from standard input:
// {"typedData": {...}, "privateKey": "0x..."}; writes {library: {digest, signature, signer}}.
import { readFileSync } from "node:fs";
import { SignTypedDataVersion, TypedDataUtils, signTypedData } from "@metamask/eth-sig-util";
import { TypedDataEncoder, Wallet, verifyTypedData } from "ethers";
import { hashTypedData, recoverTypedDataAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const { typedData, privateKey } = JSON.parse(readFileSync(0, "utf8"));
const { domain, primaryType, message } = typedData;
const { EIP712Domain: _, ...types } = typedData.types;

const wallet = new Wallet(privateKey);
const ethersSignature = await wallet.signTypedData(domain, types, message);
const account = privateKeyToAccount(privateKey);
const viemData = { domain, types, primaryType, message: { ...message, issuedAt: BigInt(message.issuedAt) } };
const viemSignature = await account.signTypedData(viemData);
const version = SignTypedDataVersion.V4;
const bytes = Buffer.from(privateKey.slice(2), "hex");

console.log(JSON.stringify({
  ethers: {
    digest: TypedDataEncoder.hash(domain, types, message),
    signature: ethersSignature,
    signer: verifyTypedData(domain, types, message, ethersSignature),
  },
  viem: {
    digest: hashTypedData(viemData),
    signature: viemSignature,
    signer: await recoverTypedDataAddress({ ...viemData, signature: viemSignature }),
  },
  metamask: {
    digest: "0x" + Buffer.from(TypedDataUtils.eip712Hash(typedData, version)).toString("hex"),
    signature: signTypedData({ privateKey: bytes, data: typedData, version }),
    signer: wallet.address,
  },
}));
