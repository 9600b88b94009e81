package starling.models.plan;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import starling.models.UnfitException;
import starling.models.files.Folders;
import starling.models.run.ModelFile;

/**
 * Writes a bundle so that it appears whole or not at all: everything goes to a hidden folder beside the target, is forced
 * to disk and then renamed. An existing target is refused unless {@code force}; a
 * link, and a folder with files that the old plan does not list, are refused even then. The old one is moved away first and
 * deleted last. An interruption never leaves a part of a bundle at the target: it leaves the old one, the new one or, between
 * the two moves, none; then both lie beside it whole, in hidden folders {@code .NAME.UUID} (new) and {@code .NAME.UUID.old}. A
 * program that is told to end while it writes removes the hidden folder.
 */
public final class BundleWriter {
    /** Where a bundle's report is by default. */
    private static final String REPORT = "report.html";

    private BundleWriter() {}

    /** Refuses a target that exists or cannot be written, before long work is begun. */
    public static void requireFree(Path target, boolean force) {
        if (!force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnfitException("'" + target + "' exists: name a new folder, or give --force to replace it");
        }
        try {
            Folders.requireWritable(target);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isSymbolicLink(target)) {
            throw new UnfitException(
                    "--force replaces folders only: '" + target + "' is a link; name the folder it leads to");
        }
        if (!Files.exists(target.resolve(Bundle.PLAN), LinkOption.NOFOLLOW_LINKS)) {
            throw new UnfitException("--force replaces bundles only: '" + target + "' holds no " + Bundle.PLAN);
        }
        requireNothingElse(target);
    }

    /** Refuses to delete what its plan does not list; a report is made of the bundle and may go with it. */
    private static void requireNothingElse(Path target) {
        Set<String> own = new HashSet<>(Set.of(Bundle.PLAN, REPORT));
        try (Stream<Path> found = Files.walk(target)) {
            own.addAll(Bundle.open(target).plan().files().keySet());
            found.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> target.relativize(path).toString().replace(File.separatorChar, '/'))
                    .sorted()
                    .filter(name -> !own.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new UnfitException("--force deletes only what a bundle's plan lists: '" + target
                                + "' also holds '" + name.replaceAll("\\p{Cntrl}", "?") + "'");
                    });
        } catch (IOException | UncheckedIOException e) {
            throw new UnfitException("'" + target + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@link #write(Path, boolean, Contents, PlanOfHashes)} of files that are at hand. */
    public static Bundle write(Path target, boolean force, Map<String, byte[]> files, PlanOfHashes plan) {
        Contents contents = reader -> files.forEach((file, bytes) -> reader.accept(file, out -> out.write(bytes)));
        return write(target, force, contents, plan);
    }

    /**
     * Writes the files and their plan. No file need be in memory whole.
     *
     * @param contents gives each file as it is made, by its relative path; without the plan
     * @param plan given the files' hashes, the plan to write
     * @return the bundle, opened
     */
    public static Bundle write(Path target, boolean force, Contents contents, PlanOfHashes plan) {
        requireFree(target, force);
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new UnfitException("'" + target + "' cannot be a bundle's folder");
        }
        Path staging = parent.resolve("." + absolute.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(parent);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
        try (Staging open = new Staging(staging)) {
            Map<String, String> hashes = new TreeMap<>();
            contents.giveTo((file, content) -> {
                Path path = staging.resolve(Bundle.requireBelow(file));
                try {
                    open.step(() -> {
                        Files.createDirectories(path.getParent());
                        hashes.put(file, HexFormat.of().formatHex(writeForced(path, content)));
                    });
                } catch (IOException e) {
                    throw unwritable(target, e);
                }
            });
            byte[] json = PlanJson.write(plan.with(hashes));
            open.step(() -> writeForced(staging.resolve(Bundle.PLAN), out -> out.write(json)));
            Bundle.open(staging);
            open.step(() -> Folders.replace(staging, absolute));
            return Bundle.open(absolute);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /**
     * Replaces a bundle's plan by one with the same files, in one step. Whoever has the old one has another plan: frames carry its hash.
     *
     * @return the bundle, opened anew; the same one if the plan is no other
     * @throws UnfitException when the plan lists other files, or cannot be written; then the old one stays
     */
    public static Bundle replacePlan(Bundle bundle, Plan plan) {
        if (!plan.files().equals(bundle.plan().files())) {
            throw new UnfitException("a plan can be replaced only by one with the same files: this one lists others");
        }
        byte[] json = PlanJson.write(plan);
        if (MessageDigest.isEqual(Bundle.digest(json), bundle.planHash())) {
            return bundle;
        }
        PlanJson.read(json);
        Path absolute = bundle.path().toAbsolutePath().normalize();
        Path staging = absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID());
        try (Staging open = new Staging(staging)) {
            Path written = staging.resolve(Bundle.PLAN);
            open.step(() -> writeForced(written, out -> out.write(json)));
            open.step(() -> Files.move(written, absolute.resolve(Bundle.PLAN), StandardCopyOption.ATOMIC_MOVE));
            return Bundle.open(bundle.path());
        } catch (IOException e) {
            throw new UnfitException(
                    "the plan cannot be written to '" + bundle.path().resolve(Bundle.PLAN) + "': " + Folders.reason(e),
                    e);
        }
    }

    private static UnfitException unwritable(Path target, IOException e) {
        return new UnfitException("the bundle cannot be written to '" + target + "': " + Folders.reason(e), e);
    }

    /** What a file holds. */
    public interface Content {
        /** Writes all of it; the same each time. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** The files of a bundle, made one after the other. */
    public interface Contents {
        /** Gives every file, by its path below the bundle's folder, to the reader. */
        void giveTo(BiConsumer<String, Content> reader);
    }

    /** Makes a plan that lists these hashes. */
    public interface PlanOfHashes {
        Plan with(Map<String, String> hashes);
    }

    /** Writes a file to disk and returns its SHA-256. */
    private static byte[] writeForced(Path path, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            MessageDigest digest = Bundle.digest();
            OutputStream out = ModelFile.inPieces(new DigestOutputStream(Channels.newOutputStream(channel), digest));
            content.writeTo(out);
            out.flush();
            channel.force(true);
            return digest.digest();
        }
    }
}
