package starling.codes.entropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

final class EliasTest {

    /** The code words in Elias's paper (tables of 1975): gamma, delta and omega of small numbers. */
    @ParameterizedTest
    @CsvSource({
        "GAMMA, 1, 1",
        "GAMMA, 2, 010",
        "GAMMA, 3, 011",
        "GAMMA, 4, 00100",
        "GAMMA, 17, 000010001",
        "DELTA, 1, 1",
        "DELTA, 2, 0100",
        "DELTA, 3, 0101",
        "DELTA, 4, 01100",
        "DELTA, 8, 00100000",
        "DELTA, 17, 001010001",
        "OMEGA, 1, 0",
        "OMEGA, 2, 100",
        "OMEGA, 3, 110",
        "OMEGA, 4, 101000",
        "OMEGA, 8, 1110000",
        "OMEGA, 16, 10100100000",
        "OMEGA, 100, 1011011001000",
    })
    void codeWordsAreThoseOfThePaper(Elias code, int value, String word) {
        BitWriter message = new BitWriter(8);
        code.write(message, value);
        assertEquals(word.length(), message.bitCount());
        assertEquals(word.length(), code.bits(value));
        BitReader reader = new BitReader(message.message());
        StringBuilder written = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            written.append(reader.bit() ? '1' : '0');
        }
        assertEquals(word, written.toString());
    }

    @ParameterizedTest
    @EnumSource(Elias.class)
    void everyLengthComesBack(Elias code) {
        BitWriter message = new BitWriter(8);
        long bits = 0;
        for (int length = 0; length < 31; length++) {
            for (int value : new int[] {1 << length, (1 << length) + (1 << length) / 3, (int) ((2L << length) - 1)}) {
                code.write(message, value);
                bits += code.bits(value);
                assertEquals(bits, message.bitCount(), "bits up to " + value);
            }
        }
        BitReader reader = new BitReader(message.message());
        for (int length = 0; length < 31; length++) {
            for (int value : new int[] {1 << length, (1 << length) + (1 << length) / 3, (int) ((2L << length) - 1)}) {
                assertEquals(value, code.read(reader));
            }
        }
        reader.end();
    }

    @ParameterizedTest
    @EnumSource(Elias.class)
    void onlyPositiveNumbersHaveCodeWords(Elias code) {
        BitWriter message = new BitWriter(8);
        assertThrows(IllegalArgumentException.class, () -> code.write(message, 0));
        assertThrows(IllegalArgumentException.class, () -> code.bits(-5));
    }

    @ParameterizedTest
    @EnumSource(Elias.class)
    void everyBytePairIsANumberOrRefused(Elias code) {
        for (int word = 0; word < 1 << 16; word++) {
            BitReader reader = new BitReader(new byte[] {(byte) (word >> 8), (byte) word});
            try {
                int value = code.read(reader);
                assertEquals(16 - reader.remainingBits(), code.bits(value), "bits of the number in " + word);
            } catch (MalformedMessageException refused) {
                assertEquals(true, code.bits(Integer.MAX_VALUE) > 16);
            }
        }
    }

    @Test
    void numbersOfMoreBitsAreRefused() {
        byte[] zeros = new byte[100];
        assertThrows(MalformedMessageException.class, () -> Elias.GAMMA.read(new BitReader(zeros)));
        assertThrows(MalformedMessageException.class, () -> Elias.DELTA.read(new BitReader(zeros)));
        byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        assertThrows(MalformedMessageException.class, () -> Elias.OMEGA.read(new BitReader(ones)));
        BitWriter message = new BitWriter(8);
        Elias.GAMMA.write(message, 32);
        message.bits(0, 32);
        byte[] longer = message.message();
        assertThrows(MalformedMessageException.class, () -> Elias.DELTA.read(new BitReader(longer)));
    }
}
