package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.sample;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private static final Dataset DATA =
            DataSpec.parse("builtin:mnist,limit=50,scale=1").open(Split.TEST, 0);

    @Test
    void aBatchIsItsSamplesOneAfterTheOther() {
        float[] batch = new float[4 * 784 + 3];
        batch[4 * 784] = -7;
        DATA.readBatch(13, 4, batch);
        for (int i = 0; i < 4; i++) {
            float[] one = new float[784];
            System.arraycopy(batch, i * 784, one, 0, 784);
            assertArrayEquals(sample(DATA, 13 + i), one);
        }
        assertEquals(-7, batch[4 * 784]);
    }

    @Test
    void aSliceIsItsParentMovedAlong() {
        Dataset slice = DATA.slice(10, 30).slice(5, 20);
        assertEquals(20, slice.count());
        assertEquals(10, slice.classes());
        assertArrayEquals(sample(DATA, 15), sample(slice, 0));
        float[] last = new float[784];
        slice.readBatch(19, 1, last);
        assertArrayEquals(sample(DATA, 34), last);
        assertArrayEquals(IntStream.range(15, 35).map(DATA::label).toArray(), slice.labels());
        assertEquals(0, DATA.slice(50, 0).count());
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(1, 20));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.label(20));
    }

    @Test
    void partsLieApartAndAreEvenlyMixed() {
        Dataset slice = DATA.slice(10, 40);
        for (int first : new int[] {1, 7, 20, 29}) {
            List<Dataset> parts = slice.apart(first, 30 - first);
            assertEquals(first, parts.get(0).count());
            assertEquals(30 - first, parts.get(1).count());
            int at = 0;
            int other = 0;
            for (int i = 0; i < 30; i++) {
                float[] expected = sample(slice, i);
                boolean inFirst = at < first && Arrays.equals(expected, sample(parts.get(0), at));
                Dataset part = parts.get(inFirst ? 0 : 1);
                int place = inFirst ? at++ : other++;
                assertArrayEquals(expected, sample(part, place));
                assertEquals(slice.label(i), part.label(place));
                assertTrue(Math.abs(at - (i + 1) * first / 30.0) <= 1, "even after " + i);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> slice.apart(30, 11));
        assertThrows(IllegalArgumentException.class, () -> slice.apart(0, 10));
    }

    @Test
    void readsStayWithinBounds() {
        float[] into = new float[800];
        DATA.read(0, into, 16);
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.read(0, into, 17));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.read(0, into, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.read(50, into, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.read(-1, into, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.label(50));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.readBatch(0, 2, into));
        assertThrows(IndexOutOfBoundsException.class, () -> DATA.readBatch(50, 1, into));
    }

    @Test
    void manyThreadsReadTheSame() {
        float[] expected = new float[50 * 784];
        DATA.readBatch(0, 50, expected);
        IntStream.range(0, 400).parallel().forEach(i -> {
            float[] one = new float[784];
            DATA.read(i % 50, one, 0);
            for (int k = 0; k < 784; k++) {
                assertEquals(expected[i % 50 * 784 + k], one[k]);
            }
        });
    }

    @Test
    void aModelsInputMustHaveAsManyElements() {
        DATA.requireElements(new int[] {1, 1, 28, 28});
        DATA.requireElements(new int[] {-1, 784});
        DATA.requireElements(new int[] {784});
        assertUnfit(
                () -> DATA.requireElements(new int[] {-1, 3, 32, 32}),
                "as many elements as the model's input",
                "builtin:mnist,split=test are 1 x 28 x 28 (784 elements)",
                "1 x 3 x 32 x 32 (3072 elements)");
        assertUnfit(
                () -> DATA.requireElements(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}),
                "as many elements");
        // 2^32 * 784 is 784 modulo 2^32: no wrapping
        assertUnfit(() -> DATA.requireElements(new int[] {1 << 16, 1 << 16, 784}), "as many elements");
        // 10 * 2^64 + 784: nor in a long
        assertUnfit(() -> DATA.requireElements(new int[] {752, 41_579, 218_641, 26_983_373}), "as many elements");
    }

    @Test
    void whatIsHandedOutIsACopy() {
        DATA.sampleShape()[0] = 9;
        DATA.labels()[0] = 9;
        assertArrayEquals(new int[] {1, 28, 28}, DATA.sampleShape());
        assertEquals(7, DATA.label(0));
    }
}
