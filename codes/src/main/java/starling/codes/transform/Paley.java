package starling.codes.transform;

/**
 * Paley's two constructions (On orthogonal matrices, 1933) from the quadratic character chi of the field of q elements, q a
 * prime or the square of a prime p = 3 mod 4, whose elements are then a + b i with i^2 = -1. With the Jacobsthal matrix
 * Q(x, y) = chi(x - y):
 *
 * <ul>
 *   <li>I, q = 3 mod 4: the order is q + 1 and the matrix I + (0, 1; -1, Q);
 *   <li>II, q = 1 mod 4: the order is 2 (q + 1); in (0, 1; 1, Q) every 0 becomes (1, -1; -1, -1), every other entry e
 *       becomes e (1, 1; 1, -1).
 * </ul>
 */
final class Paley {
    private Paley() {}

    static boolean first(int order) {
        return order % 4 == 0 && isPrime(order - 1);
    }

    static boolean second(int order) {
        int q = order / 2 - 1;
        return order % 4 == 0 && q % 4 == 1 && (isPrime(q) || squareRoot(q) > 0);
    }

    static byte[][] firstOf(int order) {
        byte[][] matrix = conference(order - 1, -1);
        for (int i = 0; i < order; i++) {
            matrix[i][i] = 1;
        }
        return matrix;
    }

    static byte[][] secondOf(int order) {
        byte[][] half = conference(order / 2 - 1, 1);
        byte[][] matrix = new byte[order][order];
        for (int i = 0; i < half.length; i++) {
            for (int j = 0; j < half.length; j++) {
                int e = half[i][j];
                matrix[2 * i][2 * j] = (byte) (i == j ? 1 : e);
                matrix[2 * i][2 * j + 1] = (byte) (i == j ? -1 : e);
                matrix[2 * i + 1][2 * j] = (byte) (i == j ? -1 : e);
                matrix[2 * i + 1][2 * j + 1] = (byte) (i == j ? -1 : -e);
            }
        }
        return matrix;
    }

    /** (0, 1; below, Q). */
    private static byte[][] conference(int q, int below) {
        byte[] character = isPrime(q) ? characterOfPrime(q) : characterOfSquare(squareRoot(q));
        int p = isPrime(q) ? q : squareRoot(q);
        byte[][] matrix = new byte[q + 1][q + 1];
        for (int i = 0; i < q; i++) {
            matrix[0][i + 1] = 1;
            matrix[i + 1][0] = (byte) below;
            for (int j = 0; j < q; j++) {
                int low = Math.floorMod(i % p - j % p, p);
                int high = Math.floorMod(i / p - j / p, p);
                matrix[i + 1][j + 1] = character[high * p + low];
            }
        }
        return matrix;
    }

    private static byte[] characterOfPrime(int p) {
        byte[] character = new byte[p];
        for (long x = 1; x < p; x++) {
            character[(int) x] = -1;
        }
        for (long x = 1; x < p; x++) {
            character[(int) (x * x % p)] = 1;
        }
        return character;
    }

    /** Of a + b i at place b p + a. */
    private static byte[] characterOfSquare(int p) {
        byte[] character = new byte[p * p];
        for (int x = 1; x < p * p; x++) {
            character[x] = -1;
        }
        for (int x = 1; x < p * p; x++) {
            int a = x % p;
            int b = x / p;
            character[2 * a * b % p * p + Math.floorMod(a * a - b * b, p)] = 1;
        }
        return character;
    }

    private static boolean isPrime(int q) {
        for (int d = 2; d * d <= q; d++) {
            if (q % d == 0) {
                return false;
            }
        }
        return q > 1;
    }

    /** The prime p = 3 mod 4 whose square q is, or 0. */
    private static int squareRoot(int q) {
        int p = (int) Math.sqrt(q);
        return p * p == q && p % 4 == 3 && isPrime(p) ? p : 0;
    }
}
