/** Pure mathematics without input or output, usable as a plain library. */
@NullMarked
package starling.codes;

import org.jspecify.annotations.NullMarked;
