/** Version of the API, as its document says it; the `/v1` of the paths changes only when clients must. */
export const API_VERSION = '1.0.0';
