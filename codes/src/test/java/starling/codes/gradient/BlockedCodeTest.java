package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.random.Draw;

final class BlockedCodeTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);
    private static final float[] X = {9, 9, 1, -1, 2, -4, 6, 5};

    /** Seven numbers from the second on in blocks of three: magnitudes are the means of (9 1 -1), (2 -4 6), (5). */
    @Test
    void eachBlockIsAMessageOfItsOwn() {
        BlockedCode code = new BlockedCode(new ScaledSign(), 3);
        assertEquals(3, code.blocks(7));
        assertEquals(1, code.blocks(3));
        assertEquals(2, code.blocks(4));
        assertEquals("scaled-sign/3", code.name());
        List<byte[]> messages = new ArrayList<>();
        code.encodeBlocks(X, 1, 8, DRAW, messages::add);
        float[] into = new float[9];
        code.decodeBlocks(messages.iterator(), DRAW, into, 1, 8);
        float third = (float) (11.0 / 3);
        assertArrayEquals(new float[] {0, third, third, -third, 4, -4, 4, 5, 0}, into);
        byte[] whole = code.encode(X, 1, 8, DRAW);
        assertEquals(3 * (1 + 5), whole.length);
        float[] again = new float[9];
        code.decode(whole, DRAW, again, 1, 8);
        assertArrayEquals(into, again);
    }

    @Test
    void blocksHaveDrawsOfTheirOwn() {
        DitheredQuantizer inner = new DitheredQuantizer(2, Packing.FIXED);
        BlockedCode code = new BlockedCode(inner, 4);
        List<byte[]> messages = new ArrayList<>();
        code.encodeBlocks(X, 0, 8, DRAW, messages::add);
        assertArrayEquals(inner.encode(X, 0, 4, DRAW.withBlock(0)), messages.get(0));
        assertArrayEquals(inner.encode(X, 4, 8, DRAW.withBlock(1)), messages.get(1));
    }

    @Test
    void propertiesAreThoseOfTheBlocks() {
        DitheredQuantizer inner = new DitheredQuantizer(2, Packing.FIXED);
        Properties properties = new BlockedCode(inner, 3).properties(7);
        assertEquals(3 / 48.0, properties.varianceBound(), 1e-12);
        assertEquals(3 * 32 + 7 * Math.log(5) / Math.log(2), properties.rawBits(), 1e-9);
        assertEquals(true, properties.unbiased());
        assertEquals(true, properties.errorIndependent());
        assertEquals(false, properties.entropyCoded());
        assertEquals(2 / 48.0, new BlockedCode(inner, 3).properties(2).varianceBound(), 1e-12);
        Properties coded = new BlockedCode(new DitheredQuantizer(2, Packing.ADAPTIVE), 3).properties(7);
        assertEquals(true, coded.entropyCoded());
        assertEquals(false, new BlockedCode(new ScaledSign(), 3).properties(7).unbiased());
    }

    @Test
    void missingAndMoreBlocksAreRefused() {
        BlockedCode code = new BlockedCode(new ScaledSign(), 3);
        List<byte[]> messages = new ArrayList<>();
        code.encodeBlocks(X, 0, 8, DRAW, messages::add);
        float[] into = new float[8];
        assertThrows(
                MalformedMessageException.class,
                () -> code.decodeBlocks(messages.subList(0, 2).iterator(), DRAW, into, 0, 8));
        messages.add(messages.get(0));
        assertThrows(MalformedMessageException.class, () -> code.decodeBlocks(messages.iterator(), DRAW, into, 0, 8));
        byte[] whole = code.encode(X, DRAW);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedMessageException.class, () -> code.decode(cut, DRAW, into, 0, 8));
        }
        assertThrows(IllegalArgumentException.class, () -> new BlockedCode(new ScaledSign(), 0));
        assertThrows(IllegalArgumentException.class, () -> code.encode(X, 2, 2, DRAW));
    }
}
