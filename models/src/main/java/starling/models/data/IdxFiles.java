package starling.models.data;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import starling.models.UnfitException;

/**
 * The IDX format of MNIST and its look-alikes (Fashion-MNIST, KMNIST, QMNIST). All numbers are big-endian:
 *
 * <pre>
 * images   00 00 08 03   count   rows   columns   count x rows x columns unsigned bytes
 * labels   00 00 08 01   count                    count unsigned bytes, here 0 to 9
 * </pre>
 *
 * <p>Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, "file formats".
 */
final class IdxFiles {
    static final int CLASSES = 10;
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    private IdxFiles() {}

    /** Reads the wanted part of a folder with the four usual files. */
    static Samples folder(Path folder, Split part) {
        DataFile.requireFolder(folder, "mnist");
        return switch (part) {
            case TRAIN -> pair(folder, "train");
            case TEST -> pair(folder, "t10k");
            case ALL -> pair(folder, "train").then(pair(folder, "t10k"), folder.toString());
        };
    }

    private static Samples pair(Path folder, String stem) {
        try (DataFile images = find(folder, stem + "-images", "idx3");
                DataFile labels = find(folder, stem + "-labels", "idx1")) {
            return read(images, labels);
        }
    }

    private static DataFile find(Path folder, String stem, String kind) {
        for (String middle : new String[] {"-", "."}) {
            for (String end : new String[] {"", ".gz"}) {
                Path file = folder.resolve(stem + middle + kind + "-ubyte" + end);
                if (Files.exists(file)) {
                    return DataFile.open(file);
                }
            }
        }
        throw new UnfitException("a folder of mnist data must have the file " + stem + "-" + kind + "-ubyte or " + stem
                + "." + kind + "-ubyte, plain or .gz: " + folder + " has neither");
    }

    /** Reads images and the labels that belong to them. */
    static Samples read(DataFile imageFile, DataFile labelFile) {
        ByteBuffer head = header(imageFile, IMAGES, 3, "images");
        long count = Integer.toUnsignedLong(head.getInt());
        long rows = Integer.toUnsignedLong(head.getInt());
        long columns = Integer.toUnsignedLong(head.getInt());
        if (rows < 1 || columns < 1 || rows > Short.MAX_VALUE || columns > Short.MAX_VALUE) {
            throw new UnfitException("images must have 1 to " + Short.MAX_VALUE + " rows and columns: those of "
                    + imageFile.name() + " have " + rows + " x " + columns);
        }
        long labelCount =
                Integer.toUnsignedLong(header(labelFile, LABELS, 1, "labels").getInt());
        if (count != labelCount) {
            throw new UnfitException("there must be one label for each image: " + imageFile.name() + " has " + count
                    + " images, " + labelFile.name() + " " + labelCount + " labels");
        }
        byte[] pixels = imageFile.take(count * rows * columns, "pixels"); // at most 2^32 * 2^15 * 2^15, no overflow
        imageFile.requireEnd();
        byte[] classes = labelFile.take(count, "labels");
        labelFile.requireEnd();

        int[] labels = new int[classes.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = classes[i] & 0xff;
            if (labels[i] >= CLASSES) {
                throw new UnfitException("labels of mnist data must be 0 to " + (CLASSES - 1) + ": number " + i + " of "
                        + labelFile.name() + " is " + labels[i]);
            }
        }
        int[] shape = {1, (int) rows, (int) columns};
        return new Samples(shape, new Values.Bytes(pixels), labels, Samples.numbered(CLASSES));
    }

    private static ByteBuffer header(DataFile file, int magic, int dimensions, String what) {
        int found = ByteBuffer.wrap(file.take(4, "its magic number")).getInt();
        if (found != magic) {
            throw new UnfitException(String.format(
                    "a file of %s must begin with the magic number 0x%08x: %s begins with 0x%08x",
                    what, magic, file.name(), found));
        }
        return ByteBuffer.wrap(file.take(4L * dimensions, "its header"));
    }
}
