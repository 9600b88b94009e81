package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.models.data.DataFiles.assertUnfit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of samples, and the region, against searches by brute force. */
class GroupingTest {
    private static final String DIGITS = "builtin:mnist,limit=200";

    /** Members are found again by their pixels, their classes by hand. */
    @ParameterizedTest
    @CsvSource({"2,sum", "3,sum", "2,mean", "3,mean", "6,mean", "4,any/7", "1,sum"})
    void theClassOfAGroupComesFromItsMembers(int size, String rule) {
        Dataset single = DataSpec.parse(DIGITS).open(Split.TRAIN, 5);
        Map<List<Float>, Integer> known = new HashMap<>();
        for (int i = 0; i < single.count(); i++) {
            float[] sample = new float[784];
            single.read(i, sample, 0);
            known.put(boxed(sample), single.label(i));
        }
        Dataset groups = DataSpec.parse(DIGITS + ",group=" + size + ",groups=300,label=" + rule)
                .open(Split.TRAIN, 5);
        assertEquals(300, groups.count());
        assertArrayEquals(new int[] {size, 28, 28}, groups.sampleShape());
        float[] sample = new float[size * 784];
        for (int i = 0; i < groups.count(); i++) {
            groups.read(i, sample, 0);
            int sum = 0;
            boolean seven = false;
            for (int member = 0; member < size; member++) {
                List<Float> image = boxed(Arrays.copyOfRange(sample, member * 784, (member + 1) * 784));
                int label = known.getOrDefault(image, -1);
                assertTrue(label >= 0, "a member is one of the first 200 samples");
                sum += label;
                seven |= label == 7;
            }
            int wanted = rule.equals("sum")
                    ? sum
                    : rule.equals("mean") ? (int) Math.floor((double) sum / size + 0.5) : seven ? 1 : 0;
            assertEquals(wanted, groups.label(i), "group " + i);
        }
        int classes = rule.equals("sum") ? 9 * size + 1 : rule.equals("mean") ? 10 : 2;
        assertEquals(classes, groups.classes());
        Dataset part = groups.slice(100, 50);
        float[] other = new float[sample.length];
        part.read(3, other, 0);
        groups.read(103, sample, 0);
        assertArrayEquals(sample, other);
        assertEquals(groups.label(103), part.label(3));
    }

    private static List<Float> boxed(float[] sample) {
        Float[] all = new Float[sample.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = sample[i];
        }
        return List.of(all);
    }

    @Test
    void halvesAreRoundedUp() {
        Grouping pairs = Grouping.of(2, 3, "mean");
        int[] labels = {0, 1, 2, 5};
        assertArrayEquals(new int[] {1, 4, 3}, pairs.labels(new int[] {0, 1, 2, 3, 1, 3}, i -> labels[i]));
    }

    @Test
    void groupsDependOnTheSeedAlone() {
        DataSpec spec = DataSpec.parse(DIGITS + ",group=3,label=sum");
        Dataset one = spec.open(Split.TRAIN, 1);
        assertEquals(200, one.count(), "as many groups as there are samples");
        assertArrayEquals(one.labels(), spec.open(Split.TRAIN, 1).labels());
        assertFalse(Arrays.equals(one.labels(), spec.open(Split.TRAIN, 2).labels()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "builtin:mnist,group=6,groups=1000,label=mean",
                "builtin:mnist,group=2,label=any/5",
                "builtin:region,split=test,limit=3,group=4,label=sum",
                "builtin:region"
            })
    void whatIsWrittenIsReadAgain(String text) {
        DataSpec spec = DataSpec.parse(text);
        assertEquals(text, spec.toString());
        assertEquals(spec, DataSpec.parse(spec.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "group=2|groups need both group=SIZE and label=",
                "label=sum|group is not given",
                "groups=3|group is not given",
                "groups=3,group=2|label is not given",
                "group=0,label=sum|group must be a whole number from 1",
                "group=1025,label=sum|a group must have 1 to 1024 samples: group=1025",
                "group=2,label=most|label must be sum, mean or any/CLASS, a class by its number: 'most'",
                "group=2,label=any/|label must be sum, mean or any/CLASS, a class by its number: 'any/'",
                "group=2,label=any/-1|label must be sum, mean or any/CLASS",
                "group=2,groups=x,label=sum|groups must be a whole number from 1",
                "group=1000,groups=2147484,label=sum|groups must have at most 2147483647 members in all",
                "group=2,group=3,label=sum|group is given twice"
            })
    void badOptionsAreNamed(String options, String sentence) {
        assertUnfit(() -> DataSpec.parse("builtin:mnist," + options), sentence);
    }

    @Test
    void aClassThereIsNotIsNamed() {
        DataSpec spec = DataSpec.parse("builtin:region,limit=9,group=2,label=any/2");
        assertUnfit(() -> spec.open(Split.TRAIN, 1), "must be below 2: it is 2");
    }

    @Test
    void theRegionIsAsItsFormulaSays() {
        Dataset all = DataSpec.parse("builtin:region").open(Split.ALL, 1);
        Dataset train = DataSpec.parse("builtin:region").open(Split.TRAIN, 2);
        Dataset test = DataSpec.parse("builtin:region").open(Split.TEST, 3);
        assertEquals(20_000, train.count());
        assertEquals(10_000, test.count());
        float[] place = new float[2];
        float[] again = new float[2];
        int inside = 0;
        for (int i = 0; i < all.count(); i++) {
            all.read(i, place, 0);
            Dataset part = i < 20_000 ? train : test;
            part.read(i % 20_000, again, 0);
            assertArrayEquals(place, again);
            double x = place[0];
            double y = place[1];
            assertTrue(Math.abs(x) <= 1 && Math.abs(y) <= 1);
            boolean hole = (x - 0.4) * (x - 0.4) + (y - 0.55) * (y - 0.55) < 0.1225;
            boolean island = (x + 0.4) * (x + 0.4) + (y + 0.55) * (y + 0.55) < 0.1225;
            int wanted = !hole && (island || y > Math.sin(3 * x) / 2) ? 1 : 0;
            assertEquals(wanted, all.label(i), "place " + i);
            inside += wanted;
        }
        // the two discs lie on both sides of an odd curve: half of the plane; 30 000 draws, six deviations are 0.017
        assertEquals(0.5, inside / 30_000.0, 0.02);
        assertEquals(List.of("outside", "inside"), test.classNames());
    }
}
