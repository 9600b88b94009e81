package starling.models.onnx.file;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import starling.models.UnfitException;

/**
 * The only folder in which a model may name further files. A location is walked component by component from an open folder
 * handle, never following a link, so that nothing outside can be reached, not even by a rename in between; the last
 * component must be a regular file with one name.
 */
final class ModelFolder {
    private static final int LONGEST_LOCATION = 1024;
    private static final Set<OpenOption> READ_NO_LINK = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path folder;

    ModelFolder(Path folder) {
        this.folder = folder;
    }

    /** The content of a file at a location relative to the folder, at most {@code most} bytes. */
    byte[] read(String location, long most) throws IOException {
        List<Path> components = components(location);
        String what = "external data " + Wording.quote(location);
        try (DirectoryStream<Path> base = Files.newDirectoryStream(folder)) {
            if (!(base instanceof SecureDirectoryStream<Path> handle)) {
                throw new UnfitException(what + " lies on a file system that cannot be walked safely");
            }
            return walk(handle, components, 0, what, most);
        } catch (NoSuchFileException e) {
            throw new UnfitException(what + " does not exist", e);
        }
    }

    private List<Path> components(String location) {
        String what = "external data " + Wording.quote(location);
        if (location.isEmpty() || location.length() > LONGEST_LOCATION) {
            throw new UnfitException("the location of external data must have 1 to " + LONGEST_LOCATION
                    + " characters: " + location.length());
        }
        if (location.startsWith("/")) {
            throw new UnfitException(what + " is an absolute path; it must lie below the model's folder");
        }
        if (location.indexOf('\\') >= 0 || location.chars().anyMatch(Character::isISOControl)) {
            throw new UnfitException(what + " contains a backslash or a control character");
        }
        List<Path> components = new ArrayList<>();
        for (String name : location.split("/", -1)) {
            if (name.equals("..") || name.isEmpty()) {
                throw new UnfitException(
                        what + " contains '..' or an empty name; it must lie below the model's folder");
            }
            if (!name.equals(".")) {
                try {
                    components.add(folder.getFileSystem().getPath(name));
                } catch (InvalidPathException e) {
                    throw new UnfitException(what + " is not a file name on this system", e);
                }
            }
        }
        if (components.isEmpty()) {
            throw new UnfitException(what + " is not a file");
        }
        return components;
    }

    private byte[] walk(SecureDirectoryStream<Path> handle, List<Path> components, int depth, String what, long most)
            throws IOException {
        Path name = components.get(depth);
        boolean last = depth == components.size() - 1;
        BasicFileAttributes attributes = handle.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (attributes.isSymbolicLink()) {
            throw new UnfitException(
                    what + " goes through the link " + Wording.quote(name.toString()) + "; links are not followed");
        }
        if (!last) {
            if (!attributes.isDirectory()) {
                throw new UnfitException(what + ": " + Wording.quote(name.toString()) + " is not a folder");
            }
            try (SecureDirectoryStream<Path> inner = handle.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return walk(inner, components, depth + 1, what, most);
            }
        }
        if (!attributes.isRegularFile()) {
            throw new UnfitException(what + " is not a regular file");
        }
        requireOneName(components, what);
        try (SeekableByteChannel channel = handle.newByteChannel(name, READ_NO_LINK)) {
            return BoundedRead.all(channel, most, what);
        }
    }

    private void requireOneName(List<Path> components, String what) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        Path file = folder;
        for (Path component : components) {
            file = file.resolve(component);
        }
        Object names = Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
        if (names instanceof Integer count && count > 1) {
            throw new UnfitException(what + " has " + count + " names (hard links); it must have one");
        }
    }
}
