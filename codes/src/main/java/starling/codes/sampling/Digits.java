package starling.codes.sampling;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

/** Numbers below a base, as many at a time as fit 32 bits, the first the most significant: ceil(log2(base^digits)) bits. */
final class Digits {
    private final int base;
    private final int atOnce;

    Digits(int base) {
        this.base = base;
        int count = 1;
        for (long power = base; power * base <= 1L << 32; power *= base) {
            count++;
        }
        atOnce = count;
    }

    /** Bits of so many numbers. */
    long bits(int count) {
        return (long) (count / atOnce) * width(atOnce) + width(count % atOnce);
    }

    void write(int[] digits, BitWriter message) {
        for (int start = 0; start < digits.length; start += atOnce) {
            int end = Math.min(digits.length, start + atOnce);
            long value = 0;
            for (int i = start; i < end; i++) {
                value = value * base + digits[i];
            }
            message.bits((int) value, width(end - start));
        }
    }

    int[] read(int count, BitReader message) {
        if (message.remainingBits() < bits(count)) {
            throw new MalformedMessageException("a message must not end early: " + bits(count) + " bits are wanted, "
                    + message.remainingBits() + " are left");
        }
        int[] digits = new int[count];
        for (int start = 0; start < count; start += atOnce) {
            int end = Math.min(count, start + atOnce);
            long value = message.bits(width(end - start)) & 0xffffffffL;
            for (int i = end - 1; i >= start; i--) {
                digits[i] = (int) (value % base);
                value /= base;
            }
            if (value != 0) {
                throw new MalformedMessageException(
                        "a group of numbers in a message must be below " + base + "^" + (end - start));
            }
        }
        return digits;
    }

    private int width(int count) {
        long power = 1;
        for (int i = 0; i < count; i++) {
            power *= base;
        }
        return Long.SIZE - Long.numberOfLeadingZeros(power - 1);
    }
}
