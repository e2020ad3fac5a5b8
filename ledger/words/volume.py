"""Words of what declarations take from deliveries, certificates, batches and readings."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "DELIVERY_BEYOND": Words(
        "使用多于签收：取用 {got} {unit}，签收余量 {limit} {unit}，缺 {missing} {unit}（{account}）。请核对",
        "more is used than was accepted: {got} {unit} with {limit} {unit} left, {missing} {unit} are missing ({account}). "
        "Check it",
    ),
    "CERTIFICATE_BEYOND": Words(
        "绿证余量不足：取用 {got} {unit}，余量 {limit} {unit}，缺 {missing} {unit}（{account}）。一度电只能用一次",
        "the certificates have too little: {got} {unit} with {limit} {unit} left, {missing} {unit} are missing "
        "({account}). Each kilowatt-hour serves once, and only certificates retired for footprints serve at all",
    ),
    "BATCH_BEYOND": Words(
        "批次余量不足：取用 {got} {unit}，余量 {limit} {unit}，缺 {missing} {unit}（{account}）。每份只能用一次",
        "the batch has too little: {got} {unit} with {limit} {unit} left, {missing} {unit} are missing ({account}). "
        "No part of it serves twice",
    ),
    "READING_BEYOND": Words(
        "计量读数不足：取用 {got} {unit}，余量 {limit} {unit}，缺 {missing} {unit}（{account}）。请核对活动数据",
        "the readings have too little: {got} {unit} with {limit} {unit} left, {missing} {unit} are missing ({account}). "
        "Check the activity",
    ),
    "QUANTITY_UNIT": Words(
        "产量单位 {got} 与声明单位 {expected} 不同类。请改用同类单位",
        "the quantity's unit {got} is of another kind than the declared {expected}. Use one of its kind",
    ),
    "LINE_NOT_COVERED": Words(
        "“{name}”用量 {expected} {unit}，所引凭证只有 {got} {unit}，缺 {missing} {unit}。请补充凭证或更正用量",
        "line “{name}” needs {expected} {unit}, what it names adds up to {got} {unit}: {missing} {unit} are missing. Name "
        "more, or correct the amount",
    ),
    "GREEN_NOT_COVERED": Words(
        "“{name}”绿电用量 {expected} {unit}，绿证只够 {got} {unit}，缺 {missing} {unit}。缺的部分须按电网因子计算",
        "line “{name}” claims {expected} {unit} of green electricity, its certificates cover {got} {unit}: {missing} "
        "{unit} must be counted by the grid's factor",
    ),
    "TAKEN_PERIOD": Words(
        "“{name}”所用凭证的期间 {got} 与声明期 {expected} 不相交。请更换",
        "what line “{name}” names is of {got}, the declaration covers {expected}. Replace it",
    ),
    "CERTIFICATE_LINE": Words(
        "“{name}”是 {got} 行，绿证只能用于绿电行",
        "line “{name}” is one of {got}; green certificates serve lines of green electricity alone",
    ),
    "DELIVERY_OTHER_DECLARATION": Words(
        "“{name}”引用声明 {expected}，而所签收的货物按声明 {got} 交付。请引用交付所依据的声明",
        "line “{name}” rests on declaration {expected}, but the goods came under {got}. Rest on the one that they came "
        "with",
    ),
}
