/** The kind of device a session is opened on, numbered as anlife's `device_type` is. */
export enum DeviceType {
  UNKNOWN = 0,
  IOS = 1,
  ANDROID = 2,
}
