package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.sample;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected labels, pixels and sums were computed with NumPy from the official files. */
class BuiltinDataTest {
    private static Dataset open(String text) {
        return DataSpec.parse(text).open(Split.TEST, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "mnist,train,4000,5041921314,103665918",
        "mnist,test,2000,7210414959,48335026",
        "fashion,train,2000,9003027255,113529887",
        "fashion,test,2000,9211614657,114763281"
    })
    void slicesAreTheFirstOfTheOfficialFiles(String name, String split, int count, String labels, long sum) {
        Dataset data = open("builtin:" + name + ",scale=1,split=" + split);
        assertEquals(count, data.count());
        assertArrayEquals(new int[] {1, 28, 28}, data.sampleShape());
        assertEquals(10, data.classes());
        StringBuilder first = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            first.append(data.label(i));
        }
        assertEquals(labels, first.toString());
        long pixels = 0;
        for (int i = 0; i < count; i++) {
            for (float pixel : sample(data, i)) {
                pixels += (long) pixel;
            }
        }
        assertEquals(sum, pixels);
    }

    @Test
    void pixelsAreAtTheirPlaces() {
        float[] five = sample(open("builtin:mnist,split=train,scale=1"), 0);
        assertEquals(253, five[7 * 28 + 10]);
        assertEquals(253, five[7 * 28 + 14]);
        assertEquals(82, five[7 * 28 + 20]);
        assertEquals(240, five[14 * 28 + 14]);
        assertEquals(0, five[14 * 28 + 20]);
        float[] seven = sample(open("builtin:mnist"), 0);
        assertEquals(84 / 255f, seven[7 * 28 + 6]);
        float[] boot = sample(open("builtin:fashion,scale=1"), 0);
        assertEquals(110, boot[14 * 28 + 14]);
        assertEquals(149, boot[14 * 28 + 20]);
    }

    @Test
    void everythingIsTrainingThenTest() {
        Dataset all = open("builtin:mnist,split=all,scale=1");
        assertEquals(6000, all.count());
        assertEquals(5, all.label(0));
        assertEquals(7, all.label(4000));
        assertArrayEquals(sample(open("builtin:mnist,scale=1"), 1999), sample(all, 5999));
        assertEquals("builtin:mnist,split=all", all.name());
    }

    @Test
    void limitTakesTheFirst() {
        assertEquals(7, open("builtin:mnist,limit=7").count());
        assertEquals(2000, open("builtin:mnist,limit=7000").count());
        assertEquals(
                Arrays.toString(open("builtin:mnist").slice(0, 7).labels()),
                Arrays.toString(open("builtin:mnist,limit=7").labels()));
    }

    @Test
    void classesHaveNames() {
        Dataset boots = open("builtin:fashion");
        assertEquals("Ankle boot", boots.classNames().get(boots.label(0)));
        assertEquals("7", open("builtin:mnist").classNames().get(7));
    }

    @Test
    void theSplitOfTheStringBeatsTheDefault() {
        assertEquals(4000, DataSpec.parse("builtin:mnist").open(Split.TRAIN, 0).count());
        assertEquals(
                2000,
                DataSpec.parse("builtin:mnist,split=test").open(Split.TRAIN, 0).count());
    }

    @Test
    void unknownSlicesAreRefused() {
        assertUnfit(() -> BuiltinData.read("kuzushiji", Split.TEST), "mnist, fashion", "kuzushiji");
    }
}
