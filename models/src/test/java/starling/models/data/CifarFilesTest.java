package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.sample;
import static starling.models.data.DataFiles.write;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarFilesTest {
    private static final int RECORD = 3073;

    @TempDir
    Path folder;

    private Dataset open(String options) {
        return DataSpec.parse("cifar10:" + folder + options).open(Split.TEST, 0);
    }

    /** Records whose labels are given; pixel k of record i of seed s is (s + 7 i + k) mod 256. */
    private static byte[] records(int seed, int... labels) {
        byte[] bytes = new byte[labels.length * RECORD];
        for (int i = 0; i < labels.length; i++) {
            bytes[i * RECORD] = (byte) labels[i];
            for (int k = 0; k < 3072; k++) {
                bytes[i * RECORD + 1 + k] = (byte) (seed + 7 * i + k);
            }
        }
        return bytes;
    }

    @Test
    void recordsAreLabelAndPlanes() {
        write(folder.resolve("test_batch.bin"), records(3, 4, 9));
        Dataset data = open(",scale=1");
        assertArrayEquals(new int[] {3, 32, 32}, data.sampleShape());
        assertArrayEquals(new int[] {4, 9}, data.labels());
        assertEquals("truck", data.classNames().get(9));
        for (int i = 0; i < 2; i++) {
            float[] pixels = sample(data, i);
            for (int k = 0; k < 3072; k++) {
                assertEquals((3 + 7 * i + k) % 256, pixels[k]);
            }
        }
        float[] last = sample(open(",scale=1,layout=nhwc,crop=30x32"), 1);
        // row 1 + 4, column 6, blue
        assertEquals((3 + 7 + 2 * 1024 + 5 * 32 + 6) % 256, last[(4 * 32 + 6) * 3 + 2]);
    }

    @Test
    void batchesFollowTheirNumbers() {
        write(folder.resolve("data_batch_10.bin"), records(0, 5));
        write(folder.resolve("data_batch_2.bin"), records(0, 2, 3));
        write(folder.resolve("data_batch_1.bin"), records(0, 1));
        write(folder.resolve("test_batch.bin"), records(50, 8));
        assertArrayEquals(new int[] {1, 2, 3, 5}, open(",split=train").labels());
        Dataset all = open(",split=all,scale=1");
        assertArrayEquals(new int[] {1, 2, 3, 5, 8}, all.labels());
        assertEquals(51, sample(all, 4)[1]);
    }

    @Test
    void missingFilesAreNamed() {
        assertUnfit(() -> open(""), "must exist", "test_batch.bin");
        assertUnfit(() -> open(",split=train"), "data_batch_*.bin", "has none");
        assertUnfit(() -> DataSpec.parse("cifar10:" + folder + "/no").open(Split.TEST, 0), "folder", "does not exist");
    }

    @Test
    void recordsMustBeWhole() {
        byte[] good = records(0, 1, 2);
        write(folder.resolve("test_batch.bin"), Arrays.copyOf(good, good.length - 1));
        assertUnfit(() -> open(""), "whole records of 3073 bytes", "6145");
        write(folder.resolve("test_batch.bin"), new byte[0]);
        assertUnfit(() -> open(""), "whole records of 3073 bytes", "has 0 bytes");
    }

    @Test
    void labelsMustBeInRange() {
        write(folder.resolve("test_batch.bin"), records(0, 1, 10));
        assertUnfit(() -> open(""), "0 to 9", "record 1", "is 10");
    }

    /** A sparse file of 3 GB, more than an array can hold, is refused before anything is allocated. */
    @Test
    void tooManyRecordsAreRefused() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("test_batch.bin").toFile(), "rw")) {
            file.setLength(1_000_000L * RECORD);
        }
        assertUnfit(() -> open(""), "at most 699050 images", "1000000");
    }

    /** Labels and sums computed with NumPy from the files of the data folder. */
    @Test
    void realImages() {
        Path real = Path.of(System.getProperty("starling.data", "../shared/data"), "cifar10");
        assumeTrue(Files.isDirectory(real), () -> "skipped: there is no " + real);
        Dataset data = DataSpec.parse("cifar10:" + real + ",scale=1").open(Split.TEST, 0);
        assertEquals(10_000, data.count());
        assertArrayEquals(new int[] {3, 8, 8, 0, 6, 6, 1, 6, 3, 1}, Arrays.copyOf(data.labels(), 10));
        for (int c = 0; c < 10; c++) {
            int label = c;
            assertEquals(
                    1000, Arrays.stream(data.labels()).filter(l -> l == label).count());
        }
        Dataset train = DataSpec.parse("cifar10:" + real).open(Split.TRAIN, 0);
        assertEquals(20_000, train.count());
        assertArrayEquals(new int[] {6, 9, 9, 4, 1}, Arrays.copyOf(train.labels(), 5));
    }
}
