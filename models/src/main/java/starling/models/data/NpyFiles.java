package starling.models.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import starling.models.UnfitException;

/**
 * A folder with {@code x.npy}, the samples (float32, N x ...), and {@code y.npy}, their classes (N integers of 1, 2, 4 or 8
 * bytes); or with sub-folders {@code train} and {@code test} that hold such a pair each. Where there is a sub-folder, it
 * decides what is training and test data; where there is none, a seeded 80/20 part does.
 */
final class NpyFiles {
    private NpyFiles() {}

    static Samples folder(Path folder, Split part, long seed) {
        DataFile.requireFolder(folder, "npy");
        Path train = folder.resolve("train");
        Path test = folder.resolve("test");
        if (!Files.isDirectory(train) && !Files.isDirectory(test)) {
            return pair(folder).part(part, seed);
        }
        return switch (part) {
            case TRAIN -> pair(train).withClassesOf(labels(test));
            case TEST -> pair(test).withClassesOf(labels(train));
            case ALL -> pair(train).then(pair(test), folder.toString());
        };
    }

    private static Samples pair(Path folder) {
        DataFile.requireFolder(folder, "npy");
        NpyArray x = NpyArray.read(folder.resolve("x.npy"), "samples", "f4");
        int[] shape = x.shape();
        if (shape.length < 2) {
            throw new UnfitException("samples must be an array of N x ... numbers: that of " + folder.resolve("x.npy")
                    + " has the shape " + Shapes.text(shape));
        }
        int[] labels = labels(folder);
        if (labels.length != shape[0]) {
            throw new UnfitException("there must be one label for each sample: " + folder + " has " + shape[0]
                    + " samples and " + labels.length + " labels");
        }
        int classes = Arrays.stream(labels).max().orElse(0) + 1;
        int[] sample = Arrays.copyOfRange(shape, 1, shape.length);
        return new Samples(sample, new Values.Floats(x.floats()), labels, Samples.numbered(classes));
    }

    /** The labels beside a part, none if that part is not there. */
    private static int[] labels(Path folder) {
        Path file = folder.resolve("y.npy");
        if (!Files.isDirectory(folder)) {
            return new int[0];
        }
        NpyArray y = NpyArray.read(file, "labels", "i1", "u1", "i2", "i4", "i8");
        int[] shape = y.shape();
        if (shape.length > 2 || (shape.length == 2 && shape[1] != 1)) {
            throw new UnfitException(
                    "labels must be an array of N numbers: that of " + file + " has the shape " + Shapes.text(shape));
        }
        return y.labels();
    }
}
