package starling.codes.conformance;

/**
 * What one check of the suite found.
 *
 * @param check its name
 * @param passed whether the code holds to it
 * @param detail why not, or what was seen
 */
public record Finding(String check, boolean passed, String detail) {
    static Finding passed(String check, String detail) {
        return new Finding(check, true, detail);
    }

    static Finding failed(String check, String detail) {
        return new Finding(check, false, detail);
    }
}
