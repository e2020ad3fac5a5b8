/* Exact arithmetic in 128 bits; where that is too little the judge's decimals have the word. */
#include "kernel.h"

/* Whether `written` * 10^-decimals is the emission per output, rounded once, half to even.
   `coarse` tells that the rounding took more than a hundredth of it. */
bool is_rounded(const Emission *emission, Decimal output, u128 written, int decimals, bool *coarse) {
    u128 exact = emission->product, unit = emission->denominator, stated, rest;
    int up = output.decimals + decimals - emission->decimals;
    if (!multiply(&unit, output.mantissa) || !scale_up(&exact, up) || !scale_up(&unit, -up)) return false;
    stated = written;
    if (!multiply(&stated, unit)) return false;
    rest = exact > stated ? exact - stated : stated - exact;
    u128 parts = rest;
    if (!multiply(&parts, 100)) return false;
    *coarse = parts > exact;
    return 2 * rest < unit || (2 * rest == unit && written % 2 == 0);
}

static uint64_t common_divisor(uint64_t one, uint64_t other) {
    while (other) {
        uint64_t rest = one % other;
        one = other;
        other = rest;
    }
    return one;
}

/* The exact sum over a common denominator; false where 128 bits are too few. */
bool sum_of(const Emission *emissions, int count, Emission *total) {
    *total = (Emission){0, 1, 0};
    for (int i = 0; i < count; i++) {
        uint64_t divisor = emissions[i].denominator / common_divisor(total->denominator, emissions[i].denominator);
        if (__builtin_mul_overflow(total->denominator, divisor, &total->denominator)) return false;
        if (emissions[i].decimals > total->decimals) total->decimals = emissions[i].decimals;
    }
    for (int i = 0; i < count; i++) {
        u128 part = emissions[i].product;
        if (!multiply(&part, total->denominator / emissions[i].denominator)) return false;
        if (!scale_up(&part, total->decimals - emissions[i].decimals)) return false;
        if (__builtin_add_overflow(total->product, part, &total->product)) return false;
    }
    return true;
}
