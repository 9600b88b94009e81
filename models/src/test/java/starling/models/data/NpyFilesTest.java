package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.bytes;
import static starling.models.data.DataFiles.floats;
import static starling.models.data.DataFiles.npy;
import static starling.models.data.DataFiles.sample;
import static starling.models.data.DataFiles.write;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFilesTest {
    private static final byte[] X = floats(ByteOrder.LITTLE_ENDIAN, 0, 1, 2, 3, 4, -5.5f);

    @TempDir
    Path folder;

    @BeforeEach
    void writePair() {
        write(folder.resolve("x.npy"), npy("<f4", "3, 2", X));
        write(folder.resolve("y.npy"), npy("|u1", "3,", bytes(2, 0, 255)));
    }

    private Dataset open(String options) {
        return DataSpec.parse("npy:" + folder + options).open(Split.ALL, 3);
    }

    @Test
    void samplesAndLabels() {
        Dataset data = open("");
        assertEquals(3, data.count());
        assertArrayEquals(new int[] {2}, data.sampleShape());
        assertArrayEquals(new int[] {2, 0, 255}, data.labels());
        assertEquals(256, data.classes());
        assertArrayEquals(new float[] {4, -5.5f}, sample(data, 2));
        assertArrayEquals(new float[] {7, -12}, sample(open(",scale=2,offset=-1"), 2));
    }

    /** Written by numpy.save of NumPy 1.24: the whole files, header padding and all. */
    @Test
    void filesOfNumPyItself() {
        String header =
                "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20"
                        + "277368617065273a2028312c20322c2031292c207d";
        byte[] start = HexFormat.of().parseHex(header);
        byte[] file = Arrays.copyOf(start, 128 + 8);
        Arrays.fill(file, start.length, 127, (byte) ' ');
        file[127] = '\n';
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(128, 1.5f).putFloat(132, -2);
        write(folder.resolve("x.npy"), file);
        write(folder.resolve("y.npy"), npy("<i8", "1,", bytes(6, 0, 0, 0, 0, 0, 0, 0)));
        Dataset data = open("");
        assertArrayEquals(new int[] {2, 1}, data.sampleShape());
        assertArrayEquals(new float[] {1.5f, -2}, sample(data, 0));
        assertEquals(6, data.label(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyFormatVersion(int version) {
        write(
                folder.resolve("x.npy"),
                npy(version, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }     \n", X));
        assertArrayEquals(new float[] {2, 3}, sample(open(""), 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'shape': (3, 2), 'fortran_order': False, 'descr': '<f4'}",
                "{'shape':(3L, 2L),'fortran_order':False,'descr':'<f4',}\n",
                " { 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 3 , 2 , ) , } \n",
            })
    void headersMayBeWrittenDifferently(String header) {
        write(folder.resolve("x.npy"), npy(1, header, X));
        assertArrayEquals(new float[] {2, 3}, sample(open(""), 1));
    }

    @Test
    void bothByteOrders() {
        write(folder.resolve("x.npy"), npy(">f4", "3, 2", floats(ByteOrder.BIG_ENDIAN, 0, 1, 2, 3, 4, -5.5f)));
        write(folder.resolve("y.npy"), npy(">i2", "3,", bytes(1, 0, 0, 2, 0, 3)));
        assertArrayEquals(new float[] {4, -5.5f}, sample(open(""), 2));
        assertArrayEquals(new int[] {256, 2, 3}, open("").labels());
    }

    @ParameterizedTest
    @CsvSource({"|i1,1", "|u1,1", "<i2,2", "<i4,4", "<i8,8"})
    void everyTypeOfLabel(String type, int size) {
        ByteBuffer labels = ByteBuffer.allocate(3 * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 3; i++) {
            labels.put(i * size, (byte) (100 + i));
        }
        write(folder.resolve("y.npy"), npy(type, "3,", labels.array()));
        assertArrayEquals(new int[] {100, 101, 102}, open("").labels());
        write(folder.resolve("y.npy"), npy(type, "3, 1", labels.array()));
        assertArrayEquals(new int[] {100, 101, 102}, open("").labels());
        if (!type.equals("|u1")) {
            for (int i = 0; i < size; i++) {
                labels.put(2 * size + i, (byte) 0xff);
            }
            write(folder.resolve("y.npy"), npy(type, "3,", labels.array()));
            assertUnfit(() -> open(""), "labels must be 0 to 65535", "number 2", "is -1");
        }
    }

    @Test
    void labelsOutOfRangeAreRefused() {
        write(folder.resolve("y.npy"), npy("<i4", "3,", bytes(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)));
        assertUnfit(() -> open(""), "labels must be 0 to 65535", "number 1", "is 65536");
        // 2^32 is 0 as an int: no wrapping
        write(folder.resolve("x.npy"), npy("<f4", "1, 6", X));
        write(folder.resolve("y.npy"), npy("<i8", "1,", bytes(0, 0, 0, 0, 1, 0, 0, 0)));
        assertUnfit(() -> open(""), "labels must be 0 to 65535", "is 4294967296");
    }

    @Test
    void imagesCanBeCroppedAndTurned() {
        write(folder.resolve("x.npy"), npy("<f4", "1, 2, 1, 3", X));
        write(folder.resolve("y.npy"), npy("|u1", "1,", bytes(1)));
        assertArrayEquals(new int[] {2, 1, 3}, open("").sampleShape());
        Dataset turned = open(",layout=nhwc");
        assertArrayEquals(new int[] {1, 3, 2}, turned.sampleShape());
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, -5.5f}, sample(turned, 0));
        assertArrayEquals(new float[] {1, 4}, sample(open(",crop=1"), 0));
        assertArrayEquals(new float[] {0, 0.5f, 1, 1, 1.5f, -3.25f}, sample(open(",mean=0/1,std=2"), 0));
    }

    @Test
    void withoutSubFoldersThePartsAreSeeded() {
        write(folder.resolve("x.npy"), npy("<f4", "6, 1", X));
        write(folder.resolve("y.npy"), npy("|u1", "6,", bytes(0, 1, 2, 3, 4, 5)));
        assertEquals(5, open(",split=train").count());
        assertEquals(1, open(",split=test").count());
        assertEquals(6, open(",split=test").classes());
        int missing = open(",split=test").label(0);
        int sum = Arrays.stream(open(",split=train").labels()).sum();
        assertEquals(15 - missing, sum);
    }

    @Test
    void subFoldersDecide() {
        write(folder.resolve("train/x.npy"), npy("<f4", "2, 3", X));
        write(folder.resolve("train/y.npy"), npy("|u1", "2,", bytes(7, 3)));
        assertUnfit(() -> open(",split=test"), "must be a folder", "test does not exist");
        assertEquals(8, open(",split=train").classes());
        write(folder.resolve("test/x.npy"), npy("<f4", "1, 3", floats(ByteOrder.LITTLE_ENDIAN, 9, 8, 7)));
        write(folder.resolve("test/y.npy"), npy("|u1", "1,", bytes(4)));
        assertArrayEquals(new int[] {7, 3}, open(",split=train").labels());
        Dataset test = open(",split=test");
        assertArrayEquals(new float[] {9, 8, 7}, sample(test, 0));
        assertEquals(8, test.classes()); // as many as training knows
        Dataset all = open("");
        assertArrayEquals(new int[] {7, 3, 4}, all.labels());
        assertArrayEquals(new float[] {9, 8, 7}, sample(all, 2));
        write(folder.resolve("test/y.npy"), npy("|u1", "1,", bytes(11)));
        for (String split : new String[] {"train", "test", "all"}) {
            assertEquals(12, open(",split=" + split).classes());
        }
        write(folder.resolve("test/x.npy"), npy("<f4", "1, 2", floats(ByteOrder.LITTLE_ENDIAN, 9, 8)));
        assertUnfit(() -> open(""), "must have one shape", "3 and 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            value = {
                "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1), }^types f4^'<f8'",
                "{'descr': '|O', 'fortran_order': False, 'shape': (3, 2), }^types f4^'|O'",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }^C order^Fortran",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }^36 bytes of its 3 x 3^holds 24",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }^12 bytes of its 3 x 1^holds 24",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }^must be 1 or more^(3, 0)",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 1, 1, 1, 1, 1, 1, 1), }^at most 8^has 9",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (), }^must be 1 or more^()",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }^N x ... numbers^shape 6",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }^one label for each sample^2 samples and 3",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }^at most^2147483647",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4294967298), }^must be at most 2147483647^4294967298",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, -2), }^dictionary^-2",
                "{'descr': '<f4', 'fortran_order': False, }^dictionary^descr",
                "{'descr': '<f4', 'descr': '<f4', 'shape': (3, 2), }^dictionary^descr",
                "{'descr': '<f4', 'order': False, 'shape': (3, 2), }^fortran_order^x.npy",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, 2), }^dictionary^descr",
                "import os^dictionary^import os",
                "''^dictionary^''",
            })
    void headersThatDoNotFitAreRefused(String header, String rule, String value) {
        write(folder.resolve("x.npy"), npy(1, header, X));
        assertUnfit(() -> open(""), rule, value);
    }

    @Test
    void truncatedFilesAreRefusedWhereverTheyEnd() {
        byte[] whole = npy("<f4", "3, 2", X);
        for (int length = 0; length < whole.length; length++) {
            write(folder.resolve("x.npy"), Arrays.copyOf(whole, length));
            assertUnfit(() -> open(""), "x.npy");
        }
        write(folder.resolve("x.npy"), Arrays.copyOf(whole, whole.length + 1));
        assertUnfit(() -> open(""), "24 bytes", "holds 25");
    }

    @Test
    void startAndVersionAreChecked() {
        byte[] file = npy("<f4", "3, 2", X);
        file[0] = 'P';
        write(folder.resolve("x.npy"), file);
        assertUnfit(() -> open(""), "must begin as a NumPy array", "byte 0 is 50");
        file = npy("<f4", "3, 2", X);
        file[6] = 4;
        write(folder.resolve("x.npy"), file);
        assertUnfit(() -> open(""), "1.0, 2.0 or 3.0", "has 4.0");
        file = npy(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", X);
        file[11] = (byte) 0xff; // a header of 4 GB
        write(folder.resolve("x.npy"), file);
        assertUnfit(() -> open(""), "at most 65536 bytes", "has 42781");
    }

    @Test
    void numbersMustBeFinite() {
        write(folder.resolve("x.npy"), npy("<f4", "3, 2", floats(ByteOrder.LITTLE_ENDIAN, 0, 1, 2, Float.NaN, 4, 5)));
        assertUnfit(() -> open(""), "must be finite", "element 3", "NaN");
        write(
                folder.resolve("x.npy"),
                npy("<f4", "3, 2", floats(ByteOrder.LITTLE_ENDIAN, 0, 1, 2, 3, 4, Float.NEGATIVE_INFINITY)));
        assertUnfit(() -> open(""), "must be finite", "element 5", "-Infinity");
    }

    @Test
    void labelsMustBeARow() {
        write(folder.resolve("y.npy"), npy("|u1", "1, 3", bytes(1, 2, 3)));
        assertUnfit(() -> open(""), "array of N numbers", "1 x 3");
        write(folder.resolve("y.npy"), npy("<f4", "3,", floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3)));
        assertUnfit(() -> open(""), "types i1, u1, i2, i4, i8", "'<f4'");
    }

    @Test
    void missingFilesAreNamed() {
        assertUnfit(() -> DataSpec.parse("npy:" + folder + "/no").open(Split.ALL, 0), "folder", "does not exist");
        write(folder.resolve("train/x.npy"), npy("<f4", "3, 2", X));
        assertUnfit(() -> open(",split=train"), "must exist", "y.npy");
    }
}
