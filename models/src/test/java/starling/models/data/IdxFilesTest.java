package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.bytes;
import static starling.models.data.DataFiles.gzip;
import static starling.models.data.DataFiles.idxImages;
import static starling.models.data.DataFiles.idxLabels;
import static starling.models.data.DataFiles.sample;
import static starling.models.data.DataFiles.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFilesTest {
    private static final byte[] IMAGES = idxImages(2, 2, 3, bytes(1, 2, 3, 4, 5, 255, 6, 7, 8, 9, 10, 11));
    private static final byte[] LABELS = idxLabels(2, bytes(9, 0));

    @TempDir
    Path folder;

    private Dataset open(String options) {
        return DataSpec.parse("mnist:" + folder + options).open(Split.TEST, 0);
    }

    private void writeTest(byte[] images, byte[] labels) {
        write(folder.resolve("t10k-images-idx3-ubyte"), images);
        write(folder.resolve("t10k-labels-idx1-ubyte"), labels);
    }

    @ParameterizedTest
    @CsvSource({"-,-,false,false", ".,.,false,false", "-,-,true,true", ".,-,true,false", "-,.,false,true"})
    void bothSpellingsPlainAndPacked(String images, String labels, boolean packImages, boolean packLabels) {
        write(
                folder.resolve("t10k-images" + images + "idx3-ubyte" + (packImages ? ".gz" : "")),
                packImages ? gzip(IMAGES) : IMAGES);
        write(
                folder.resolve("t10k-labels" + labels + "idx1-ubyte" + (packLabels ? ".gz" : "")),
                packLabels ? gzip(LABELS) : LABELS);
        Dataset data = open(",scale=1");
        assertEquals(2, data.count());
        assertArrayEquals(new int[] {1, 2, 3}, data.sampleShape());
        assertArrayEquals(new int[] {9, 0}, data.labels());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 255}, sample(data, 0));
        assertArrayEquals(new float[] {6, 7, 8, 9, 10, 11}, sample(data, 1));
        assertArrayEquals(new float[] {1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f, 5 / 255f, 1}, sample(open(""), 0));
    }

    @Test
    void trainingFilesAreTheTrainingPart() {
        writeTest(IMAGES, LABELS);
        assertUnfit(() -> open(",split=train"), "train-images-idx3-ubyte", "has neither");
        write(folder.resolve("train-images.idx3-ubyte"), idxImages(1, 2, 3, bytes(0, 0, 0, 0, 0, 77)));
        assertUnfit(() -> open(",split=all"), "train-labels-idx1-ubyte", folder.toString());
        write(folder.resolve("train-labels.idx1-ubyte"), idxLabels(1, bytes(4)));
        assertArrayEquals(new int[] {4}, open(",split=train").labels());
        Dataset all = open(",split=all,scale=1");
        assertArrayEquals(new int[] {4, 9, 0}, all.labels());
        assertEquals(77, sample(all, 0)[5]);
        assertEquals(11, sample(all, 2)[5]);
        write(folder.resolve("train-images.idx3-ubyte"), idxImages(1, 1, 6, bytes(0, 0, 0, 0, 0, 77)));
        assertUnfit(() -> open(",split=all"), "must have one shape", "1 x 1 x 6", "1 x 2 x 3");
    }

    @Test
    void foldersMustBeFolders() throws IOException {
        assertUnfit(() -> DataSpec.parse("mnist:" + folder + "/none").open(Split.TEST, 0), "folder", "does not exist");
        write(folder.resolve("file"), "x");
        assertUnfit(() -> DataSpec.parse("mnist:" + folder + "/file").open(Split.TEST, 0), "must be a folder", "file");
        assertUnfit(() -> open(""), "must have the file t10k-images-idx3-ubyte");
        Files.createDirectory(folder.resolve("t10k-images-idx3-ubyte"));
        assertUnfit(() -> open(""), "regular file", "t10k-images-idx3-ubyte");
    }

    @Test
    void magicNumbersMustMatch() {
        writeTest(LABELS, LABELS);
        assertUnfit(() -> open(""), "0x00000803", "0x00000801");
        writeTest(IMAGES, IMAGES);
        assertUnfit(() -> open(""), "0x00000801", "0x00000803");
    }

    @Test
    void headersMustBeWhole() {
        writeTest(Arrays.copyOf(IMAGES, 15), LABELS);
        assertUnfit(() -> open(""), "12 bytes of its header", "at most 11");
        writeTest(IMAGES, new byte[0]);
        assertUnfit(() -> open(""), "4 bytes of its magic number", "at most 0");
    }

    @Test
    void countsMustAgree() {
        writeTest(IMAGES, idxLabels(3, bytes(1, 2, 3)));
        assertUnfit(() -> open(""), "one label for each image", "2 images", "3 labels");
    }

    @Test
    void truncatedAndOverlongFilesAreRefused() {
        writeTest(Arrays.copyOf(IMAGES, IMAGES.length - 1), LABELS);
        assertUnfit(() -> open(""), "12 bytes of pixels", "at most 11");
        writeTest(Arrays.copyOf(IMAGES, IMAGES.length + 1), LABELS);
        assertUnfit(() -> open(""), "must end after the 28 bytes");
        writeTest(IMAGES, Arrays.copyOf(LABELS, LABELS.length - 1));
        assertUnfit(() -> open(""), "2 bytes of labels", "at most 1");
        writeTest(IMAGES, Arrays.copyOf(LABELS, LABELS.length + 1));
        assertUnfit(() -> open(""), "must end after the 10 bytes");
    }

    @Test
    void labelsMustBeDigits() {
        writeTest(IMAGES, idxLabels(2, bytes(3, 10)));
        assertUnfit(() -> open(""), "0 to 9", "number 1", "is 10");
        writeTest(IMAGES, idxLabels(2, bytes(255, 1)));
        assertUnfit(() -> open(""), "number 0", "is 255");
    }

    /** The heap of the tests has no room for any of these claims. */
    @ParameterizedTest
    @CsvSource({"-1,28,28", "2147483647,28,28", "-1,32767,32767", "2000000,28,28"})
    void hugeClaimsCostNothing(int count, int rows, int columns) throws IOException {
        writeTest(idxImages(count, rows, columns, bytes(1, 2, 3)), idxLabels(count, bytes(1, 2, 3)));
        assertUnfit(() -> open(""), "bytes of pixels that it claims", "at most 3");
        Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
        write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(idxImages(count, rows, columns, bytes(1, 2, 3))));
        assertUnfit(() -> open(""), "bytes of pixels that it claims");
    }

    @Test
    void imagesMustHaveASensibleSize() {
        writeTest(idxImages(2, 0, 3), LABELS);
        assertUnfit(() -> open(""), "1 to 32767 rows and columns", "0 x 3");
        writeTest(idxImages(2, 3, -1), LABELS);
        assertUnfit(() -> open(""), "1 to 32767 rows and columns", "3 x 4294967295");
    }

    @Test
    void noImagesAreNoData() {
        writeTest(idxImages(0, 28, 28), idxLabels(0));
        assertUnfit(() -> open(""), "at least one sample", "split=test has none");
    }

    @Test
    void damagedGzipIsSaid() {
        write(folder.resolve("t10k-labels-idx1-ubyte"), LABELS);
        Path images = folder.resolve("t10k-images-idx3-ubyte.gz");
        write(images, IMAGES);
        assertUnfit(() -> open(""), "whole gzip file", "t10k-images");
        byte[] packed = gzip(IMAGES);
        write(images, Arrays.copyOf(packed, packed.length - 9));
        assertUnfit(() -> open(""), "whole gzip file", "t10k-images");
        write(images, Arrays.copyOf(packed, 5));
        assertUnfit(() -> open(""), "whole gzip file", "t10k-images");
        write(images, gzip(Arrays.copyOf(IMAGES, IMAGES.length - 1)));
        assertUnfit(() -> open(""), "12 bytes of pixels", "ends after 11");
        write(images, gzip(Arrays.copyOf(IMAGES, IMAGES.length + 1)));
        assertUnfit(() -> open(""), "must end after the 28 bytes");
        packed[packed.length - 6] ^= 1; // the checksum
        write(images, packed);
        assertUnfit(() -> open(""), "whole gzip file", "t10k-images");
    }
}
