/** Tests of the HTTP side. */
@NullMarked
package starling.router.http;

import org.jspecify.annotations.NullMarked;
