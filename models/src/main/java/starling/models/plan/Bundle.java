package starling.models.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import starling.models.UnfitException;

/**
 * A bundle folder on disk, checked when opened.
 *
 * <pre>
 * plan.json            the plan
 * worker-K/stage-S.onnx   worker K's sub-models; an agent needs plan.json and its own folder only
 * final/final.onnx     puts the answer together, for whoever asks
 * original.onnx        the model as it was given; stays with the operator
 * reference.onnx       the modified network whole, in one file; stays with the operator
 * </pre>
 *
 * <p>Every file that is read is compared with its SHA-256 in the plan; paths must stay below the folder and pass no link.
 */
public final class Bundle {
    /** The plan's file. */
    public static final String PLAN = "plan.json";
    /** The model as it was given. */
    public static final String ORIGINAL = "original.onnx";
    /** The modified network in one file. */
    public static final String REFERENCE = "reference.onnx";
    /** The final model. */
    public static final String FINAL = "final/final.onnx";

    private final Path folder;
    private final Plan plan;
    private final byte[] hash;

    private Bundle(Path folder, Plan plan, byte[] hash) {
        this.folder = folder;
        this.plan = plan;
        this.hash = hash;
    }

    /** Worker {@code k}'s folder. */
    public static String folder(int k) {
        return "worker-" + k;
    }

    /**
     * Opens a bundle and checks its plan; files are checked when read.
     *
     * @throws UnfitException when the folder or its plan is missing or malformed
     */
    public static Bundle open(Path folder) {
        byte[] json = readLimited(folder, PLAN, PlanJson.MAX_BYTES);
        return new Bundle(folder, PlanJson.read(json), digest(json));
    }

    public Plan plan() {
        return plan;
    }

    public Path path() {
        return folder;
    }

    /** SHA-256 of {@code plan.json}: the identity that every frame carries the first 16 octets of. */
    public byte[] planHash() {
        return hash.clone();
    }

    /**
     * Reads a file and compares it with its hash in the plan.
     *
     * @throws UnfitException when it is missing, not listed, a link, or changed
     */
    public byte[] read(String file) {
        String expected = plan.files().get(file);
        if (expected == null) {
            throw new UnfitException("the plan lists no file '" + file + "'");
        }
        byte[] content = readLimited(folder, file, Integer.MAX_VALUE - 16);
        String actual = HexFormat.of().formatHex(digest(content));
        if (!actual.equals(expected)) {
            throw new UnfitException(
                    "'" + file + "' was changed: its SHA-256 must be " + expected + " and is " + actual);
        }
        return content;
    }

    /** SHA-256. */
    public static byte[] digest(byte[] content) {
        return digest().digest(content);
    }

    /** SHA-256, for bytes that come in pieces. */
    /** SHA-256 of what is still to come. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Returns a relative path of plain names between slashes as it is.
     *
     * @throws UnfitException for an absolute path, one with {@code .} or {@code ..}, and whatever another system might take
     *     for one
     */
    static String requireBelow(String file) {
        for (String part : file.split("/", -1)) {
            if (part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.chars().anyMatch(c -> c == '\\' || c == ':' || c < ' ')) {
                throw new UnfitException("a bundle's files must lie below its folder: '"
                        + file.replaceAll("\\p{Cntrl}", "?") + "' does not");
            }
        }
        return file;
    }

    private static byte[] readLimited(Path folder, String file, int limit) {
        Path path = folder;
        for (String part : requireBelow(file).split("/", -1)) {
            path = path.resolve(part);
            if (Files.isSymbolicLink(path)) {
                throw new UnfitException("a bundle must hold no links: '" + path + "' is one");
            }
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnfitException("'" + path + "' must be a file: "
                    + (Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? "it is something else" : "it does not exist"));
        }
        try {
            long size = Files.size(path);
            if (size > limit) {
                throw new UnfitException("'" + path + "' must have at most " + limit + " bytes: it has " + size);
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UnfitException("'" + path + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
