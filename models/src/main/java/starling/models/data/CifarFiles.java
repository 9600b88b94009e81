package starling.models.data;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import starling.models.UnfitException;

/**
 * The binary version of CIFAR-10: records of 3073 bytes, the label (0 to 9), then 1024 red, 1024 green and 1024 blue bytes,
 * each row by row. Training images are in {@code data_batch_*.bin} (any number of them, taken in the order of their
 * numbers), test images in {@code test_batch.bin}.
 *
 * <p>Source: A. Krizhevsky, Learning multiple layers of features from tiny images, 2009, and its data page.
 */
final class CifarFiles {
    private static final int SIZE = 32;
    private static final int PIXELS = 3 * SIZE * SIZE;
    private static final int RECORD = 1 + PIXELS;
    private static final List<String> CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private CifarFiles() {}

    /** Reads the wanted part of a folder. */
    static Samples folder(Path folder, Split part) {
        DataFile.requireFolder(folder, "cifar10");
        List<Path> files = new ArrayList<>();
        if (part != Split.TEST) {
            files.addAll(batches(folder));
        }
        if (part != Split.TRAIN) {
            files.add(folder.resolve("test_batch.bin"));
        }
        return read(files);
    }

    private static List<Path> batches(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "data_batch_*.bin")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new UnfitException("folders of data must be readable: " + folder + " is not (" + e + ")", e);
        }
        if (files.isEmpty()) {
            throw new UnfitException(
                    "a folder of cifar10 data must have files data_batch_*.bin to train with: " + folder + " has none");
        }
        Comparator<Path> byNumber =
                Comparator.comparingInt(file -> file.toString().length());
        files.sort(byNumber.thenComparing(Comparator.naturalOrder()));
        return files;
    }

    private static Samples read(List<Path> files) {
        long records = 0;
        for (Path file : files) {
            long length = DataFile.length(file);
            if (length == 0 || length % RECORD != 0) {
                throw new UnfitException("a file of cifar10 data must hold whole records of " + RECORD + " bytes: "
                        + file + " has " + length + " bytes");
            }
            records += length / RECORD;
        }
        if (records * PIXELS > DataFile.MAX_LENGTH) {
            throw new UnfitException(
                    "cifar10 data must have at most " + DataFile.MAX_LENGTH / PIXELS + " images: there are " + records);
        }
        byte[] pixels = new byte[(int) (records * PIXELS)];
        int[] labels = new int[(int) records];
        int at = 0;
        for (Path path : files) {
            long inFile = DataFile.length(path) / RECORD;
            try (DataFile file = DataFile.open(path)) {
                for (long record = 0; record < inFile && at < labels.length; record++) {
                    byte[] bytes = file.take(RECORD, "a record");
                    labels[at] = bytes[0] & 0xff;
                    if (labels[at] >= CLASSES.size()) {
                        throw new UnfitException("labels of cifar10 data must be 0 to " + (CLASSES.size() - 1)
                                + ": that of record " + record + " of " + path + " is " + labels[at]);
                    }
                    System.arraycopy(bytes, 1, pixels, at * PIXELS, PIXELS);
                    at++;
                }
            }
        }
        return new Samples(new int[] {3, SIZE, SIZE}, new Values.Bytes(pixels), labels, CLASSES);
    }
}
