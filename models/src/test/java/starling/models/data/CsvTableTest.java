package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.sample;
import static starling.models.data.DataFiles.write;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {
    @TempDir
    Path folder;

    private Dataset open(String options) {
        return DataSpec.parse("csv:" + folder.resolve("t.csv") + options).open(Split.ALL, 5);
    }

    private Dataset table(String text, String options) {
        write(folder.resolve("t.csv"), text.replace('~', '\n'));
        return open(options);
    }

    private static void assertRows(Dataset data, float[]... rows) {
        assertEquals(rows.length, data.count());
        for (int i = 0; i < rows.length; i++) {
            assertArrayEquals(rows[i], sample(data, i));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2.5,a~-3,4e1,b~",
                "1;2.5;a~-3;4e1;b",
                "1\t2.5\ta~-3\t4e1\tb",
                "1|2.5|a~-3|4e1|b",
                "1 2.5 a~-3 4e1 b",
                "  1   2.5   a  ~-3 4e1 b~",
                "1, 2.5, a~~-3, 4e1, b~~~",
                "\"1\",\"2.5\",\"a\"~\"-3\", \"4e1\" ,\"b\"~",
                "\"1\" \"2.5\" \"a\"~\"-3\"  4e1 \"b\"~",
                "\uFEFF1,2.5,a~-3,4e1,b~",
                "u,v,class~1,2.5,a~-3,4e1,b~",
                "\"u,1\",v,~1,2.5,a~-3,4e1,b~",
                ",v,w~1,2.5,a~-3,4e1,b~",
            })
    void separatorAndHeaderAreGuessed(String text) {
        Dataset data = table(text, "");
        assertRows(data, new float[] {1, 2.5f}, new float[] {-3, 40});
        assertArrayEquals(new int[] {0, 1}, data.labels());
        assertEquals(List.of("a", "b"), data.classNames());
        assertArrayEquals(new int[] {2}, data.sampleShape());
    }

    @Test
    void linesMayEndAsOnWindows() {
        Dataset data = table("1,2,a\r~3,4,b\r~", "");
        assertEquals(List.of("a", "b"), data.classNames());
    }

    @Test
    void aNameAboveWholeNumbersIsAHeader() {
        Dataset data = table("0,1,label~5,6,1~7,8,0", "");
        assertRows(data, new float[] {5, 6}, new float[] {7, 8});
        assertArrayEquals(new int[] {1, 0}, data.labels());
        assertEquals(3, table("5,6,b~7,8,a~1,2,b", "").count());
        assertEquals(1, table("5,6,b", "").count());
    }

    @Test
    void optionsOverruleTheGuess() {
        assertRows(table("1,2,0~3,4,1", ",header=true"), new float[] {3, 4});
        assertUnfit(() -> table("u,v,w~1,2,0", ",header=false"), "finite numbers", "line 1 column 1", "'u'");
        assertRows(table("1,5;0~2,5;1", ",separator=comma,limit=0001"), new float[] {1});
        assertEquals(List.of("5;0", "5;1"), open(",separator=comma").classNames());
        assertUnfit(() -> open(",separator=;,header=false"), "finite numbers", "line 1 column 1", "'1,5'");
        assertUnfit(() -> open(",separator=tab"), "at least two columns", "has 1");
        assertRows(table("1 \t 2  0~\t3 4\t1", ",separator=space"), new float[] {1, 2}, new float[] {3, 4});
        assertRows(table("1:2:0~3:4:1", ",separator=:"), new float[] {1, 2}, new float[] {3, 4});
    }

    @Test
    void namesAreNumberedInSortedOrderOfTheWholeTable() {
        Dataset data = table("1,walk~2,stand~3,lie~4,walk", "");
        assertArrayEquals(new int[] {2, 1, 0, 2}, data.labels());
        assertEquals(List.of("lie", "stand", "walk"), data.classNames());
        assertArrayEquals(new int[] {2}, open(",limit=1").labels());
        assertEquals(3, open(",limit=1").classes());
        assertEquals(
                List.of("a \"b\"", "c,d"),
                table("1,\"c,d\"~2,\"a \"\"b\"\"\"", "").classNames());
        // A class of numbers and names is a class of names
        assertEquals(List.of("10", "9", "x"), table("1,9~2,10~3,x", "").classNames());
    }

    @Test
    void wholeNumbersAreClassesAsTheyAre() {
        Dataset data = table("0.5,3~0.25,1.0~7,0", "");
        assertArrayEquals(new int[] {3, 1, 0}, data.labels());
        assertEquals(4, data.classes());
        assertUnfit(() -> table("1,0~2,-1", ""), "whole, from 0 to 65535", "line 2", "has -1");
        assertUnfit(() -> table("1,0~2,0.5", ""), "whole, from 0 to 65535", "line 2", "has 0.5");
        assertUnfit(() -> table("1,0~2,65536", ""), "whole, from 0 to 65535", "has 65536");
        assertEquals(65_536, table("1,0~2,65535", "").classes());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            value = {
                "1,2,a~3,b~^equally many cells^line 2",
                "1,2,a~~3,4,5,b~^equally many cells^line 3",
                "1,2,a~3,,b^finite numbers^line 2 column 2",
                "1,2,a~3,NaN,b^finite numbers^'NaN'",
                "1,2,a~nan,1,b^finite numbers^line 2 column 1",
                "1,2,a~3,inf,b^finite numbers^'inf'",
                "1,2,a~3,1e39,b^finite numbers^'1e39'",
                "1,2,a~3,0x10,b^finite numbers^'0x10'",
                "1,2,a~3,?,b^finite numbers^'?'",
                "?,?,a~3,4,b^finite numbers^line 1 column 1",
                "1,x,a~3,4,b^header=true^line 1 column 2",
                "1,2,a~3,4,^must be the class^line 2",
                "1,2,a~3,4,?^must be the class^'?'",
                "1,2,0~3,4,NaN^must be the class^'NaN'",
                "1,2,?~3,4,0^must be the class^line 1",
                "a~b^at least two cells^the first of",
                "u,v,w^at least one row below its header^has none",
                "~~^at least one row^has none",
                "1,2,a~\"3,4,b^end in its line^line 2",
                "1,2,a~\"3\"x,4,b^end at a separator^line 2",
            })
    void faultsAreNamed(String text, String rule, String value) {
        assertUnfit(() -> table(text, ""), rule, value, "t.csv");
    }

    @Test
    void theFileMustBeTextOfABearableSize() throws IOException {
        assertUnfit(() -> open(""), "must exist", "t.csv");
        write(folder.resolve("t.csv"), new byte[] {'1', ',', (byte) 0xff, (byte) 0xfe, '\n'});
        assertUnfit(() -> open(""), "UTF-8", "t.csv");
        write(folder.resolve("t.csv"), "");
        assertUnfit(() -> open(""), "at least one row", "t.csv");
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("t.csv").toFile(), "rw")) {
            file.setLength((1L << 30) + 1);
        }
        assertUnfit(() -> open(""), "at most 1073741824 bytes", "1073741825");
        assertUnfit(() -> DataSpec.parse("csv:" + folder).open(Split.ALL, 0), "regular file");
    }

    @Test
    void thePartsAreSeededDisjointAndWhole() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 103; i++) {
            rows.append(i).append(',').append(i / 52).append('\n');
        }
        write(folder.resolve("t.csv"), rows.toString());
        Dataset train = open(",split=train");
        Dataset test = open(",split=test");
        assertEquals(82, train.count()); // round(82.4)
        assertEquals(21, test.count());
        int[] numbers = IntStream.concat(numbers(train), numbers(test)).toArray();
        assertNotEquals(Arrays.toString(IntStream.range(0, 103).toArray()), Arrays.toString(numbers));
        assertArrayEquals(
                IntStream.range(0, 103).toArray(),
                Arrays.stream(numbers).sorted().toArray());
        for (int i = 0; i < train.count(); i++) {
            assertEquals((int) sample(train, i)[0] / 52, train.label(i));
        }
        assertArrayEquals(
                numbers(train).toArray(), numbers(open(",split=train")).toArray());
        DataSpec spec = DataSpec.parse("csv:" + folder.resolve("t.csv"));
        assertArrayEquals(
                numbers(test).toArray(), numbers(spec.open(Split.TEST, 5)).toArray());
        assertNotEquals(
                Arrays.toString(numbers(test).toArray()),
                Arrays.toString(numbers(spec.open(Split.TEST, 6)).toArray()));
        assertArrayEquals(IntStream.range(0, 103).toArray(), numbers(open("")).toArray());
        // A sorted file: the first few of a part are not all of one class.
        assertEquals(
                2,
                Arrays.stream(open(",split=train,limit=20").labels()).distinct().count());
    }

    private static IntStream numbers(Dataset data) {
        return IntStream.range(0, data.count()).map(i -> (int) sample(data, i)[0]);
    }

    @Test
    void aPartWithoutSamplesIsRefused() {
        assertUnfit(() -> table("1,0", ",split=test"), "at least one sample", "split=test has none");
        assertEquals(1, open(",split=train").count());
    }

    @Test
    void preparationGoesByColumn() {
        Dataset data = table("1,10,a~2,20,b", ",mean=1/10,std=0.5/5,scale=1");
        assertRows(data, new float[] {0, 0}, new float[] {2, 2});
        assertUnfit(() -> open(",mean=1/2/3"), "one for each of the 2 channels", "3 are given");
    }

    private static Path real(String name) {
        Path file = Path.of(System.getProperty("starling.data", "../shared/data"), "sensor", name);
        assumeTrue(Files.isRegularFile(file), () -> "skipped: there is no " + file);
        return file;
    }

    @Test
    void realTableWithHeaderAndNames() {
        Dataset data = DataSpec.parse("csv:" + real("robot_wall_24us.csv")).open(Split.ALL, 0);
        assertEquals(5456, data.count());
        assertArrayEquals(new int[] {24}, data.sampleShape());
        assertEquals(
                List.of("Move-Forward", "Sharp-Right-Turn", "Slight-Left-Turn", "Slight-Right-Turn"),
                data.classNames());
        assertEquals("Slight-Right-Turn", data.classNames().get(data.label(0)));
        float[] first = sample(data, 0);
        assertEquals(0.438f, first[0]);
        assertEquals(0.429f, first[23]);
    }

    @Test
    void realTableBetweenTabs() {
        Dataset data = DataSpec.parse("csv:" + real("wifi_localization.txt")).open(Split.TRAIN, 1);
        assertEquals(1600, data.count());
        assertEquals(7, data.elements());
        assertEquals(5, data.classes()); // rooms 1 to 4, as they are
        assertArrayEquals(
                new int[] {1, 2, 3, 4},
                Arrays.stream(data.labels()).distinct().sorted().toArray());
    }
}
