package starling.codes.entropy;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

/**
 * The universal codes for positive integers of P. Elias (Universal codeword sets and representations of the integers,
 * IEEE Trans. Inf. Theory 21, 1975), from 1 to 2^31 - 1. With N = floor(log2 x): gamma takes 2 N + 1 bits, delta
 * N + 2 floor(log2(N + 1)) + 1, omega the sum of the lengths of x, of N, of floor(log2 N) and so on, and one.
 */
public enum Elias {
    /** N zeros, then x in N + 1 bits. */
    GAMMA {
        @Override
        public void write(BitWriter message, int value) {
            int length = log2(value);
            message.bits(0, length);
            message.bits(value, length + 1);
        }

        @Override
        public int read(BitReader message) {
            int length = 0;
            while (!message.bit()) {
                length++;
                checkLength(length);
            }
            return 1 << length | message.bits(length);
        }

        @Override
        public int bits(int value) {
            return 2 * log2(value) + 1;
        }
    },

    /** N + 1 in gamma, then the N bits of x below its first. */
    DELTA {
        @Override
        public void write(BitWriter message, int value) {
            int length = log2(value);
            GAMMA.write(message, length + 1);
            message.bits(value, length);
        }

        @Override
        public int read(BitReader message) {
            int length = GAMMA.read(message) - 1;
            checkLength(length);
            return 1 << length | message.bits(length);
        }

        @Override
        public int bits(int value) {
            int length = log2(value);
            return GAMMA.bits(length + 1) + length;
        }
    },

    /** x behind N behind floor(log2 N) ..., each with its first bit, which is 1; then a zero. */
    OMEGA {
        @Override
        public void write(BitWriter message, int value) {
            writeGroups(message, value);
            message.bit(false);
        }

        private void writeGroups(BitWriter message, int value) {
            int length = log2(value);
            if (length > 0) {
                writeGroups(message, length);
                message.bits(value, length + 1);
            }
        }

        @Override
        public int read(BitReader message) {
            int value = 1;
            while (message.bit()) {
                checkLength(value);
                value = 1 << value | message.bits(value);
            }
            return value;
        }

        @Override
        public int bits(int value) {
            int bits = 1;
            for (int rest = value; log2(rest) > 0; rest = log2(rest)) {
                bits += log2(rest) + 1;
            }
            return bits;
        }
    };

    /**
     * Writes a number.
     *
     * @throws IllegalArgumentException unless it is positive
     */
    public abstract void write(BitWriter message, int value);

    /**
     * Reads a number.
     *
     * @throws MalformedMessageException when the message ends early or the number has more than 31 bits
     */
    public abstract int read(BitReader message);

    /** How many bits {@link #write} takes. */
    public abstract int bits(int value);

    private static int log2(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("the codes of Elias are for positive integers: " + value);
        }
        return 31 - Integer.numberOfLeadingZeros(value);
    }

    private static void checkLength(int length) {
        if (length > 30) {
            throw new MalformedMessageException(
                    "a number in a message must have at most 31 bits: it has " + (length + 1L));
        }
    }
}
