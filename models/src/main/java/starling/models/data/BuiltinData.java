package starling.models.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import starling.models.UnfitException;

/**
 * The slices of real data in the jar, so that the quick start and the tests need no download: the first images of the
 * official files, unchanged, as gzip-ed IDX files. What they are and under which licence is said in their README.
 */
final class BuiltinData {
    /** The slices there are. */
    static final List<String> NAMES = List.of("mnist", "fashion", Region.NAME);

    private static final List<String> FASHION = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private BuiltinData() {}

    /** Refuses a name that is none of {@link #NAMES}. */
    static void check(String name) {
        if (!NAMES.contains(name)) {
            throw new UnfitException("builtin data must be one of " + String.join(", ", NAMES) + ": '" + name + "'");
        }
    }

    /** Whether a slice holds plain numbers and no images. */
    static boolean areNumbers(String name) {
        return name.equals(Region.NAME);
    }

    static Samples read(String name, Split part) {
        check(name);
        if (name.equals(Region.NAME)) {
            return Region.samples(part);
        }
        Samples samples =
                switch (part) {
                    case TRAIN -> pair(name, "train");
                    case TEST -> pair(name, "t10k");
                    case ALL -> pair(name, "train").then(pair(name, "t10k"), name);
                };
        return name.equals("fashion") ? samples.withNames(FASHION) : samples;
    }

    private static Samples pair(String name, String stem) {
        try (DataFile images = open(name + "/" + stem + "-images-idx3-ubyte.gz");
                DataFile labels = open(name + "/" + stem + "-labels-idx1-ubyte.gz")) {
            return IdxFiles.read(images, labels);
        }
    }

    private static DataFile open(String resource) {
        try (InputStream in = BuiltinData.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no resource " + resource);
            }
            byte[] bytes = in.readAllBytes();
            return new DataFile(resource, new ByteArrayInputStream(bytes), bytes.length, true);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + resource + " cannot be read", e);
        }
    }
}
