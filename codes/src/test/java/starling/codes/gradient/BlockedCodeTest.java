package starling.codes.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.Refused;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.random.Draw;

class BlockedCodeTest {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    /** Floats as they are, each marked by the number of its block, so that a block in a wrong place shows. */
    private static final GradientCode MARKED = new GradientCode() {
        @Override
        public String name() {
            return "marked";
        }

        @Override
        public Properties properties(int length) {
            return new Properties(true, true, 0, 32.0 * length + 8, false);
        }

        @Override
        public byte[] encode(float[] vector, int from, int to, Draw draw) {
            BitWriter writer = new BitWriter(4 * (to - from));
            writer.bits((int) draw.block(), 8);
            for (int i = from; i < to; i++) {
                writer.real(vector[i]);
            }
            return writer.message();
        }

        @Override
        public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
            BitReader reader = new BitReader(message);
            if (reader.bits(8) != draw.block()) {
                throw new MalformedMessageException("another block");
            }
            for (int i = from; i < to; i++) {
                into[i] = reader.real();
            }
            reader.end();
        }
    };

    @Test
    void blocksAndWholeGiveTheSameNumbersForEveryLength() {
        BlockedCode code = new BlockedCode(MARKED, 4);
        for (int length = 1; length <= 13; length++) {
            float[] vector = vector(length + 3);
            List<byte[]> blocks = new ArrayList<>();
            code.encodeBlocks(vector, 1, length + 1, DRAW, blocks::add);
            assertEquals((length + 3) / 4, blocks.size());
            float[] into = new float[length + 3];
            code.decodeBlocks(blocks.iterator(), DRAW, into, 1, length + 1);
            float[] expected = new float[length + 3];
            System.arraycopy(vector, 1, expected, 1, length);
            assertArrayEquals(expected, into);
            byte[] whole = code.encode(vector, 1, length + 1, DRAW);
            float[] again = new float[length + 3];
            code.decode(whole, DRAW, again, 1, length + 1);
            assertArrayEquals(expected, again);
            assertEquals(whole.length * 8.0, code.properties(length).rawBits() + 8 * blocks.size());
        }
    }

    @Test
    void missingMoreTruncatedAndMixedBlocksAreRefused() {
        BlockedCode code = new BlockedCode(MARKED, 4);
        float[] vector = vector(10);
        List<byte[]> blocks = new ArrayList<>();
        code.encodeBlocks(vector, 0, 10, DRAW, blocks::add);
        float[] into = new float[10];
        List<byte[]> fewer = blocks.subList(0, 2);
        Refused.by("only 2 came", () -> code.decodeBlocks(fewer.iterator(), DRAW, into, 0, 10));
        List<byte[]> more = new ArrayList<>(blocks);
        more.add(new byte[0]);
        Refused.by("more came", () -> code.decodeBlocks(more.iterator(), DRAW, into, 0, 10));
        List<byte[]> mixed = List.of(blocks.get(1), blocks.get(0), blocks.get(2));
        Refused.by("another block", () -> code.decodeBlocks(mixed.iterator(), DRAW, into, 0, 10));
        byte[] whole = code.encode(vector, DRAW);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Refused.by("", () -> code.decode(cut, DRAW, into, 0, 10));
        }
        Refused.by("", () -> code.decode(Arrays.copyOf(whole, whole.length + 1), DRAW, into, 0, 10));
    }

    @Test
    void blocksOfLargeVectorsDoNotOverflow() {
        assertEquals(2, new BlockedCode(MARKED, Integer.MAX_VALUE - 1).blocks(Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> new BlockedCode(MARKED, 0));
    }

    private static float[] vector(int length) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = i + 0.5f;
        }
        return vector;
    }
}
